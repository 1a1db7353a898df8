import Foundation

/// Text as uniqueness and search see it: composed, lower case, one space between words.
enum FoldedText {
    static func of(_ text: String) -> String { ofASCII(text) ?? ofAny(text) }

    static func ofAny(_ text: String) -> String {
        text.precomposedStringWithCanonicalMapping.lowercased().split(whereSeparator: \.isWhitespace)
            .joined(separator: " ")
    }

    /// The same in one pass over the bytes; nil for other text. Every change of a deal folds its names.
    private static func ofASCII(_ text: String) -> String? {
        var text = text
        return text.withUTF8 { bytes in
            guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
            return String(unsafeUninitializedCapacity: bytes.count) { out in
                var end = 0
                var isBetween = false
                for byte in bytes {
                    if byte == 0x20 || (0x09...0x0D).contains(byte) {
                        isBetween = end > 0
                        continue
                    }
                    if isBetween {
                        out[end] = 0x20
                        end += 1
                        isBetween = false
                    }
                    out[end] = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
                    end += 1
                }
                return end
            }
        }
    }

    /// True when the words of one text stand next to each other in the other: `acme corp` in `project acme corp`.
    static func contains(_ text: String, words other: String) -> Bool {
        let wanted = of(other)
        return !wanted.isEmpty && " \(of(text)) ".contains(" \(wanted) ")
    }
}
