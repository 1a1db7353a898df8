import Foundation

/// The words of a text as the index keeps them and as a search asks for them: letters and digits, in lower case, without
/// accents.
enum Words {
    static let scalarsMax = 40
    /// Of one text; what is longer is found by what it begins with.
    static let wordsMax = 2000

    static func of(_ text: String) -> Set<String> {
        var words: Set<String> = []
        for word in inOrder(text) {
            guard words.count < wordsMax else { break }
            words.insert(word)
        }
        return words
    }

    static func inOrder(_ text: String) -> [String] { ofASCII(text) ?? ofAny(text) }

    /// The same in one pass over the bytes; nil for other text. Every new deal has its words told apart.
    private static func ofASCII(_ text: String) -> [String]? {
        var text = text
        return text.withUTF8 { bytes in
            guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
            var (words, word): ([String], [UInt8]) = ([], [])
            func end() {
                guard !word.isEmpty else { return }
                words.append(String(decoding: word.prefix(scalarsMax), as: UTF8.self))
                word.removeAll(keepingCapacity: true)
            }
            for byte in bytes {
                switch byte {
                case 0x41...0x5A: word.append(byte | 0x20)
                case 0x61...0x7A, 0x30...0x39: word.append(byte)
                default: end()
                }
            }
            end()
            return words
        }
    }

    static func ofAny(_ text: String) -> [String] {
        folded(text).split { !$0.isLetter && !$0.isNumber }.map { String($0.unicodeScalars.prefix(scalarsMax)) }
    }

    private static func folded(_ text: String) -> String {
        guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text.lowercased() }
        return text.folding(options: [.diacriticInsensitive, .widthInsensitive], locale: nil).lowercased()
    }
}

/// What somebody looks for: a part of a name, or words of which each begins one of the deal's.
struct WordSearch: Sendable {
    static let wordsMax = 8

    /// Folded as names are.
    let text: String
    let words: [String]

    init(_ text: String) {
        self.text = FoldedText.of(text)
        words = Set(Words.inOrder(text)).sorted()
    }
}
