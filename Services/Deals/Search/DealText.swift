import Contracts

/// What search looks at in a deal's own texts, as it is stored.
struct DealText: Sendable, Hashable {
    /// Each with a space before it, so that a space and a text stand in it where a word begins with that text.
    let words: String
    let searchKey: String

    init(words: String, searchKey: String) {
        (self.words, self.searchKey) = (words, searchKey)
    }

    init(_ deal: Deal) {
        self.init(
            words: Self.words(of: [deal.codeName, deal.clientName, deal.realName, deal.nextStep, deal.description]),
            searchKey: DealColumns.searchKey(of: deal))
    }

    static func words(of texts: [String?]) -> String {
        Words.of(texts.compactMap(\.self).joined(separator: "\n")).sorted().map { " \($0)" }.joined()
    }

    /// With an end that lets every character of it begin three.
    var indexed: String { "\(words)\n\(searchKey)\n\n" }

    /// The same of a deal `d`.
    static let indexedSQL = "d.words || char(10) || d.search_key || char(10) || char(10)"
}
