/// The words around the first that a search found, on one line.
enum Snippet {
    static let charactersMax = 160
    private static let charactersBefore = 40

    /// Nil when no word of the text begins with one that was asked for.
    static func of(_ text: String, _ search: WordSearch) -> String? {
        let parts = text.split(whereSeparator: \.isWhitespace)
        guard let found = parts.firstIndex(where: { fits($0, search) }) else { return nil }
        var first = found
        var before = 0
        while first > 0, before + parts[first - 1].count < charactersBefore {
            first -= 1
            before += parts[first].count + 1
        }
        let line = parts[first...].prefix(charactersMax).joined(separator: " ")
        let shown = line.prefix(charactersMax)
        return (first > 0 ? "…" : "") + shown + (shown.count < line.count ? "…" : "")
    }

    private static func fits(_ part: Substring, _ search: WordSearch) -> Bool {
        Words.inOrder(String(part)).contains { word in search.words.contains { word.hasPrefix($0) } }
    }
}
