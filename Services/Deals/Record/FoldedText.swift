import Foundation

/// Text as uniqueness and search see it: composed, lower case, one space between words.
enum FoldedText {
    static func of(_ text: String) -> String {
        let composed = text.utf8.allSatisfy { $0 < 0x80 } ? text : text.precomposedStringWithCanonicalMapping
        return words(composed.lowercased()).joined(separator: " ")
    }

    private static func words(_ text: String) -> [Substring] { text.split(whereSeparator: \.isWhitespace) }

    /// True when the words of one text stand next to each other in the other: `acme corp` in `project acme corp`.
    static func contains(_ text: String, words other: String) -> Bool {
        let wanted = of(other)
        return !wanted.isEmpty && " \(of(text)) ".contains(" \(wanted) ")
    }
}
