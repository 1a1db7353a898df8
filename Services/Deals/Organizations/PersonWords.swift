import Contracts
import Foundation

/// The words by which a person is found.
enum PersonWords {
    /// More words nobody's name has.
    static let wordsMax = 20
    /// Of what is typed.
    static let typedMax = 5
    private static let phoneMark = "#"
    /// What parts the words of a name; around one that is typed it means nothing.
    private static let marks = "-'’.,()"
    /// Fewer digits are no telephone number.
    private static let digitsMin = 4

    static func of(_ person: ContactPerson) -> Set<String> {
        var words = Set(parts(FoldedText.of(person.name)).prefix(wordsMax))
        if let email = person.email.map(FoldedText.of) {
            words.insert(email)
            if let domain = email.split(separator: "@").last { words.insert(String(domain)) }
        }
        if let phone = person.phone, let word = phoneWord(phone) { words.insert(word) }
        return words
    }

    /// What each of the words that are found must begin with, the longest first, which leads to the fewest people. Empty
    /// when there is nothing to look for.
    static func typed(_ text: String) -> [String] {
        let folded = FoldedText.of(text)
        if isPhone(folded) { return phoneWord(folded).map { [$0] } ?? [] }
        let words = folded.split(separator: " ").map { word in
            String(word.drop { marks.contains($0) }.reversed().drop { marks.contains($0) }.reversed())
        }.filter { !$0.isEmpty }
        return Set(words.prefix(typedMax)).sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
    }

    /// `O'Neill-Smith` is found by each part and by the whole.
    private static func parts(_ folded: String) -> [String] {
        folded.split(separator: " ").flatMap { word -> [String] in
            let parts = word.split { marks.contains($0) }.map(String.init)
            return parts.count > 1 ? [String(word)] + parts : parts
        }
    }

    private static func isPhone(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) || " +()-./".utf8.contains($0) }
    }

    /// Its digits from the last to the first, without the zeros that people dial first: so `069 5550100` finds
    /// `+49 69 5550 100`.
    private static func phoneWord(_ text: String) -> String? {
        let all = text.filter { $0.isASCII && $0.isNumber }
        guard all.count >= digitsMin else { return nil }
        let dialled = all.drop { $0 == "0" }
        let digits = dialled.count >= digitsMin ? String(dialled) : all
        return phoneMark + String(digits.reversed())
    }
}
