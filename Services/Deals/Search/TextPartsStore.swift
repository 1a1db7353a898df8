import GRDB

/// Chooses of a text the parts of three characters by which `deal_text` is asked. A deal that has the parts need not have
/// the text: it is tested. So the rare ones of each word are enough, and parts that many deals have only cost time.
struct TextParts {
    /// Of each word.
    private static let each = 2
    private static let probedMax = 4
    private static let partsMax = 32
    /// So many of a part's latest deals tell how rare it is: by how far below the newest deal of all they end. Deals of one
    /// import share parts and stand together, so how far they are from each other tells less.
    private static let sample = 64
    private static let denseGap = 4.0

    let db: Database

    /// What all of the texts are asked by, the cheapest way first: by the rarest part of each word, and where that leads to
    /// too many by more of them. None where all are too short.
    func matches(_ texts: [String]) throws -> [String] {
        let words = try Self.groups(texts).map { group in
            try group.prefix(Self.probedMax).map { (part: $0, gap: try gap(of: $0)) }.sorted { $0.gap > $1.gap }
        }
        let rarest = words.compactMap(\.first).sorted { $0.gap > $1.gap }
        guard let first = rarest.first else { return [] }
        // What one of four has hardly narrows down, and takes long to read.
        let narrow = [first] + rarest.dropFirst().filter { $0.gap > Self.denseGap }
        let wide = words.flatMap { $0.prefix(Self.each) }.sorted { $0.gap > $1.gap }
        let ways = narrow.count < wide.count ? [narrow, wide] : [narrow]
        return ways.map { way in way.map { Self.quoted($0.part) }.joined(separator: " AND ") }
    }

    static func quoted(_ part: String) -> String { "\"\(part.replacing("\"", with: "\"\""))\"" }

    /// From one deal that has it to the next, on the average; infinite where there are few.
    private func gap(of part: String) throws -> Double {
        let statement = try db.cachedStatement(
            sql: """
                SELECT COUNT(*), (SELECT max(number_order) FROM deal) - min(rowid) FROM (
                    SELECT rowid FROM deal_text WHERE deal_text MATCH ? ORDER BY rowid DESC LIMIT \(Self.sample))
                """)
        guard let row = try Row.fetchOne(statement, arguments: [Self.quoted(part)]) else { return .infinity }
        let (count, span): (Int, Double?) = (row[0], row[1])
        return count < Self.sample ? .infinity : (span ?? 0) / Double(count)
    }

    /// The parts of each word of each text, and of each text those between its words.
    private static func groups(_ texts: [String]) -> [[String]] {
        var left = partsMax
        return texts.flatMap { text -> [[String]] in
            var words: [String: [String]] = [:]
            let scalars = Array(text.unicodeScalars)
            guard scalars.count >= 3 else { return [] }
            var word = 0
            for start in 0...(scalars.count - 3) where left > 0 {
                // A space is of the word that it begins.
                if scalars[start] == " " || start == 0 { word += 1 }
                let part = scalars[start..<start + 3]
                let isBetween = part.dropFirst().contains(" ")
                words[isBetween ? "" : String(word), default: []].append(string(part))
                left -= 1
            }
            return words.sorted { $0.key < $1.key }.map(\.value)
        }
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}
