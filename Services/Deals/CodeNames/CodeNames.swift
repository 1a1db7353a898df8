import Crypto
import Foundation

/// Puts code names together from neutral words, by chance.
enum CodeNames {
    /// Of two words, tried when the single ones are used up.
    static let pairsMax = 200

    /// Names in the order in which they should be tried: the same for the same generator.
    static func candidates(
        _ rules: CodeNameRules, salt: Data, using random: inout some RandomNumberGenerator
    ) -> [String] {
        let words = CodeNameWords.all.filter { rules.allows($0) && !isWithheld($0, salt) }.shuffled(using: &random)
            .map(\.capitalized)
        guard words.count > 1 else { return words }
        let pairs = (0..<pairsMax).compactMap { _ -> String? in
            let (a, b) = (Int.random(in: words.indices, using: &random), Int.random(in: words.indices, using: &random))
            return a == b ? nil : "\(words[a]) \(words[b])"
        }
        return words + pairs
    }

    /// One word in three, in each installation others, is never suggested. So a word that never comes up is not thereby
    /// the name of a deal.
    static func isWithheld(_ word: String, _ salt: Data) -> Bool {
        var digest = SHA256.hash(data: salt + Data(word.utf8)).makeIterator()
        return (digest.next() ?? 0) % 3 == 0
    }
}
