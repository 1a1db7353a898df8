import Contracts
import GRDB

/// The deals that an index leads to, as numbers (`deal.number_order`), as long as they are few. They are all that fit and
/// perhaps others: who asks tests each.
struct IndexHits {
    /// More are never worth it: then a walk in the order of the list comes to a page soon.
    static let max = 4000
    /// So few are always worth it.
    static let cheapMax = 1000
    /// So many of the latest tell whether there are far too many, without reading them all.
    private static let sample = 64
    private static let farTooMany = 8.0

    let db: Database
    let max: Int
    /// Among how many; nil where all are to be read.
    var deals: Int?

    /// Nil when there are more.
    func few(_ search: WordSearch) throws -> Set<Int64>? {
        guard var found = try few(holding: [search.text]) else { return nil }
        if !search.words.isEmpty {
            guard let words = try few(withWords: search.words) else { return nil }
            found.formUnion(words)
        }
        return found.count <= max ? found.union(try Self.due(in: db)) : nil
    }

    /// Deals whose names hold this.
    func few(named text: String) throws -> Set<Int64>? { try few(holding: [text])?.union(Self.due(in: db)) }

    /// Deals whose texts the index does not hold yet.
    static func due(in db: Database) throws -> Set<Int64> {
        try Int64.fetchSet(db.cachedStatement(sql: "SELECT number FROM deal_text_due"))
    }

    /// Deals whose own texts hold all of these, anywhere.
    private func few(holding texts: [String]) throws -> Set<Int64>? {
        if texts.count == 1, let text = texts.first, text.unicodeScalars.count < 3 {
            // Parts of three that begin with it.
            return try few(
                "SELECT doc FROM deal_text_part WHERE term >= ? AND term < ? LIMIT ?", WordIndex.bounds(text))
        }
        for match in try TextParts(db: db).matches(texts) {
            if let hits = try few("deal_text", match) { return hits }
        }
        return nil
    }

    /// Deals that have a word for each of these, in their own texts or in an activity.
    private func few(withWords words: [String]) throws -> Set<Int64>? {
        if let own = try few(holding: words.map { " \($0)" }), let all = try adding(words, to: own) { return all }
        // One of its words is all that is needed, and the longest is likely to be the rarest.
        for word in words.sorted(by: { $0.count > $1.count }) where words.count > 1 {
            if let own = try few(holding: [" \(word)"]), let all = try adding([word], to: own) { return all }
        }
        return nil
    }

    /// With the deals of which an activity has one of the words.
    private func adding(_ words: [String], to own: Set<Int64>) throws -> Set<Int64>? {
        var all = own
        for word in words {
            let among = "FROM deal_word w WHERE w.word >= ? AND w.word < ?"
            let bounds = WordIndex.bounds(word)
            guard try count("SELECT 1 \(among) LIMIT ?", bounds) <= max else { return nil }
            let found = try few(
                """
                SELECT DISTINCT d.number_order FROM (SELECT w.deal_id \(among)) w CROSS JOIN deal d ON d.id = w.deal_id
                LIMIT ?
                """, bounds)
            guard let found else { return nil }
            all.formUnion(found)
        }
        return all.count <= max ? all : nil
    }

    /// Deals that have all of these values.
    func few(facets: [String]) throws -> Set<Int64>? {
        let match = facets.joined(separator: " AND ")
        return try few("deal_facet", match)?.union(Self.due(in: db))
    }

    /// Counts before it reads: an index by itself is read much faster than the deals that it leads to.
    func few(_ index: IndexedCondition) throws -> Set<Int64>? {
        guard try count("SELECT 1 \(index.sql) LIMIT ?", index.arguments) <= max else { return nil }
        return try few("SELECT d.number_order \(index.deals) LIMIT ?", index.arguments)
    }

    private func few(_ index: String, _ match: String) throws -> Set<Int64>? {
        let sql = "SELECT rowid FROM \(index) WHERE \(index) MATCH ? ORDER BY rowid DESC LIMIT ?"
        let latest = try Int64.fetchAll(db.cachedStatement(sql: sql), arguments: [match, Self.sample])
        guard latest.count == Self.sample, let last = latest.last else {
            return latest.count <= max ? Set(latest) : nil
        }
        if let deals {
            let newest = try Int64.fetchOne(db.cachedStatement(sql: "SELECT max(number_order) FROM deal")) ?? last
            let expected = Double(Self.sample) * Double(deals) / Double(newest - last + 1)
            guard expected < Self.farTooMany * Double(max) else { return nil }
        }
        return try few("SELECT rowid FROM \(index) WHERE \(index) MATCH ? LIMIT ?", [match])
    }

    /// Those of the deals that are not deleted, in the order of their changes, out of an index alone.
    func inOrder(_ numbers: Set<Int64>, _ sort: ListSort, after place: ListCursor?) throws -> [Int64] {
        let (sign, way) = sort.isDescending ? ("<", "DESC") : (">", "ASC")
        let isAfter = place == nil ? "" : "AND (n.updated_ms, n.id) \(sign) (?, ?)"
        let sql = """
            SELECT n.number_order FROM json_each(?) j CROSS JOIN deal n INDEXED BY deal_by_number
            WHERE n.number_order = j.value AND n.deleted_ms IS NULL \(isAfter)
            ORDER BY n.updated_ms \(way), n.id \(way)
            """
        let arguments = [DealScope.list(numbers.sorted())] + (place?.arguments ?? [])
        return try Int64.fetchAll(db.cachedStatement(sql: sql), arguments: StatementArguments(arguments))
    }

    private func few(_ sql: String, _ arguments: DealListStatement.Arguments) throws -> Set<Int64>? {
        let numbers = try Int64.fetchAll(
            db.cachedStatement(sql: sql), arguments: StatementArguments(arguments + [max + 1]))
        return numbers.count <= max ? Set(numbers) : nil
    }

    private func count(_ sql: String, _ arguments: DealListStatement.Arguments) throws -> Int {
        try Int.fetchOne(
            db.cachedStatement(sql: "SELECT COUNT(*) FROM (\(sql))"),
            arguments: StatementArguments(arguments + [max + 1])) ?? 0
    }
}
