import Foundation

/// Decides which words hint at a client by their letters. What a word means to those who know the client, no rule can
/// tell: a person looks at a name before he takes it.
struct CodeNameRules: Sendable {
    /// Of each text, the first words that count for their initials: of a long one all letters would be taken.
    static let initialsMax = 4
    /// Of words from this length on, it is more than chance when their letters are nearly the same.
    private static let lengthMin = 4

    private let related: Set<String>
    private let initials: Set<Character>

    /// - Parameter texts: names of whatever must not be guessed, each of any number of words.
    init(_ texts: [String]) {
        var related: Set<String> = []
        var initials: Set<Character> = []
        for text in texts {
            let words = Self.words(of: text)
            let telling = words.filter { !Self.fillers.contains($0) }
            let kept = telling.isEmpty ? words : telling
            related.formUnion(kept.filter { $0.count > 1 })
            initials.formUnion(kept.prefix(Self.initialsMax).compactMap(\.first))
        }
        (self.related, self.initials) = (related, initials)
    }

    /// - Parameter word: in lower case.
    func allows(_ word: String) -> Bool {
        guard let first = word.first, !initials.contains(first) else { return false }
        return !related.contains { Self.isAlike(word, $0) }
    }

    static func isAlike(_ a: String, _ b: String) -> Bool {
        let (short, long) = a.count <= b.count ? (a, b) : (b, a)
        if short.count >= 3, long.contains(short) { return true }
        if a.commonPrefix(with: b).count >= 3 { return true }
        guard short.count >= lengthMin else { return false }
        if a.suffix(lengthMin) == b.suffix(lengthMin) { return true }
        return lettersInCommon(short, long) * 5 >= long.count * 4
    }

    /// How many letters the two have in common, whatever their order: of anagrams all.
    private static func lettersInCommon(_ a: String, _ b: String) -> Int {
        var left: [Character: Int] = [:]
        for letter in a { left[letter, default: 0] += 1 }
        return b.count { letter in
            guard let count = left[letter], count > 0 else { return false }
            left[letter] = count - 1
            return true
        }
    }

    /// Lower case, without accents: `Société Générale` has `societe` and `generale`.
    static func words(of text: String) -> [String] {
        text.folding(options: [.diacriticInsensitive, .caseInsensitive, .widthInsensitive], locale: nil).lowercased()
            .split { !$0.isLetter }.map(String.init)
    }

    /// Of names of companies everywhere: they tell nothing.
    private static let fillers: Set<String> = [
        "holdings", "holding", "group", "company", "co", "corp", "corporation", "inc", "ltd", "limited", "plc", "llc",
        "llp", "lp", "ag", "gmbh", "kg", "kgaa", "se", "sa", "sas", "sarl", "spa", "srl", "nv", "bv", "ab", "asa", "oy",
        "the", "and", "of", "for", "und", "et", "de", "la", "le", "les", "du", "des", "van", "von", "international",
    ]
}
