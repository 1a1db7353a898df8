import Foundation
import RPC

/// What a person is called: one line, without white space around it.
struct PersonName: Sendable, Hashable {
    /// Unicode scalars.
    private static let lengths = 1...120

    static let fault = FieldFault(
        "name", "invalid", "must have \(lengths.lowerBound) to \(lengths.upperBound) characters on one line")

    let text: String

    init?(_ text: String) {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard Self.lengths.contains(text.unicodeScalars.count),
            !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { return nil }
        self.text = text
    }
}
