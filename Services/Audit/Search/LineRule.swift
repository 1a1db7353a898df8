import Foundation
import RPC

/// A line of text that somebody types: trimmed, of bounded length, without control characters.
struct LineRule: Sendable {
    private let field: String
    private let lengths: ClosedRange<Int>

    init(_ field: String, _ lengths: ClosedRange<Int>) {
        self.field = field
        self.lengths = lengths
    }

    /// - Returns: nil when it does not fit, which is then among the faults.
    func check(_ text: String, _ faults: inout [FieldFault]) -> String? {
        let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
        if !lengths.contains(trimmed.unicodeScalars.count) {
            faults.append(
                FieldFault(
                    field, trimmed.isEmpty ? "too_short" : "too_long",
                    "must have \(lengths.lowerBound) to \(lengths.upperBound) characters"))
            return nil
        }
        guard trimmed.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
            faults.append(FieldFault(field, "invalid", "must not have control characters"))
            return nil
        }
        return trimmed
    }

    static func reason(_ text: String) throws(RPCFault) -> String {
        var faults: [FieldFault] = []
        guard let reason = LineRule("reason", 1...500).check(text, &faults) else { throw .invalid(faults) }
        return reason
    }
}
