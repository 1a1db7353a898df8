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

    static func inOrder(_ text: String) -> [String] {
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
