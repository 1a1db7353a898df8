import Contracts
import Foundation

/// The texts of an entry by which it is found, of bounded length; what is personal is not among them.
struct EntryWords: Sendable, Hashable {
    static let bytesMax = 4096

    /// Type, number and what changed.
    let words: String
    /// The names of the fields that changed.
    let fields: String

    init(_ event: Event) {
        var texts = [event.type]
        texts += [event.subject.number].compactMap(\.self)
        for change in event.changes where !PersonalFields.contain(change.field, of: event.type) {
            texts += [change.before, change.after].compactMap(\.self)
        }
        words = Self.joined(texts)
        fields = Self.joined(event.changes.map(\.field))
    }

    private static func joined(_ texts: [String]) -> String {
        let text = texts.joined(separator: "\n")
        guard text.utf8.count > bytesMax else { return text }
        return String(decoding: text.utf8.prefix(bytesMax), as: UTF8.self)
    }
}

/// Words as the index of personal values has them: letters and digits, without case and accents.
enum PersonalWords {
    /// Of one value, each of at most 64 letters, which are counted as SQLite does: by scalars. More would let one entry hold
    /// up all others.
    static let wordsMax = 32
    static let lettersMax = 64

    static func of(_ text: String) -> [String] {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return plain(text) }
        let folded = text.folding(options: [.caseInsensitive, .diacriticInsensitive, .widthInsensitive], locale: nil)
        let words = folded.split { !$0.isLetter && !$0.isNumber }
        return words.prefix(wordsMax).map { String(String.UnicodeScalarView($0.unicodeScalars.prefix(lettersMax))) }
    }

    /// Of most names, without the cost of Unicode.
    private static func plain(_ text: String) -> [String] {
        let words = text.utf8.split { !isWord($0) }
        return words.prefix(wordsMax).map { word in
            String(decoding: word.prefix(lettersMax).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
    }
}
