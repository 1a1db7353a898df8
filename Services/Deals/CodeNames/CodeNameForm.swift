import Contracts
import Foundation
import RPC

/// A checked request for code names.
struct CodeNameForm: Sendable {
    static let counts = 1...10
    static let countDefault = 5

    let count: Int
    let rules: CodeNameRules

    /// - Throws: `validation_failed` with every field that does not fit.
    init(_ input: CodeNameRequest) throws(RPCFault) {
        var faults: [FieldFault] = []
        var texts = [TextRule("clientName", 1...200).check(input.clientName, &faults)]
        texts.append(input.targetName.flatMap { TextRule("targetName", 1...200).check($0, &faults) })
        texts.append(input.sector.flatMap { TextRule("sector", 1...80).check($0, &faults) })
        if let country = input.country {
            if !CountryCode.isValid(country) { faults.append(CountryCode.fault) }
            // The name hints at the country as the code does not.
            texts.append(Locale(identifier: "en").localizedString(forRegionCode: country))
        }
        count = input.count ?? Self.countDefault
        if !Self.counts.contains(count) {
            faults.append(FieldFault("count", "out_of_range", "must be 1 to \(Self.counts.upperBound)"))
        }
        guard faults.isEmpty else { throw .invalid(faults) }
        rules = CodeNameRules(texts.compactMap(\.self))
    }
}
