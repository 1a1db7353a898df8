import Contracts
import Foundation
import RPC

extension Counterparty {
    /// - Throws: `validation_failed` with every field that does not fit.
    init(_ input: NewCounterparty, by caller: Caller) throws(RPCFault) {
        var faults: [FieldFault] = []
        let name = TextRule("name", 1...200).check(input.name, &faults)
        if let tier = input.tier, !["A", "B", "C"].contains(tier) {
            faults.append(FieldFault("tier", "invalid", "must be one of A, B, C"))
        }
        if let country = input.country, !CountryCode.isValid(country) { faults.append(CountryCode.fault) }
        guard let name, faults.isEmpty else { throw .invalid(faults) }
        self.init(
            id: UUIDv7.make(at: caller.now), name: name, kind: input.kind, tier: input.tier, country: input.country,
            addedBy: caller.id, addedAt: caller.now)
    }
}
