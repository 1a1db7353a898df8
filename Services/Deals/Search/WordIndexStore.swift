import Contracts
import Foundation
import GRDB
import RPC

/// What search finds deals by, written in the transaction of the change that it follows: `deal.words` and `deal_text` of
/// the deal's own texts, `deal_word` of its activities.
enum WordIndex {
    /// So many deals are due at most. Whoever asks an index looks at them, too.
    static let dueMax = 64

    /// Of a deal `d`, one word that begins as asked for; takes `holds`. A deal without activities has no words of them.
    static let holdsSQL = """
        (instr(d.words, ?) > 0 OR (d.last_activity_ms IS NOT NULL AND EXISTS (
            SELECT 1 FROM deal_word w WHERE w.deal_id = d.id AND w.word >= ? AND w.word < ?)))
        """

    static func holds(_ word: String) -> [(any DatabaseValueConvertible)?] { [" " + word] + bounds(word) }

    /// All words that begin with this one: no letter sorts behind the last scalar there is.
    static func bounds(_ word: String) -> [(any DatabaseValueConvertible)?] { [word, word + "\u{10FFFF}"] }

    /// Called after the deal is written with its words.
    static func add(_ number: Int64, in db: Database) throws {
        try settle(atLeast: dueMax, in: db)
        try db.cachedStatement(sql: "INSERT INTO deal_text_due (number) VALUES (?)").execute(arguments: [number])
    }

    /// Called before the deal is written.
    static func follow(_ deal: Deal, in db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                SELECT d.words, d.search_key, d.number_order, \(DealFacets.sql), d.code_name, d.client_name, d.real_name,
                    d.next_step, d.description, \(DealFacets.valuesSQL)
                FROM deal d WHERE d.id = ?
                """)
        guard let row = try Row.fetchOne(statement, arguments: [deal.id]) else { return }
        let before = DealText(words: row[0], searchKey: row[1])
        // Most changes leave its texts as they are.
        let texts: [String?] = [row[4], row[5], row[6], row[7], row[8]]
        let isSame = texts == [deal.codeName, deal.clientName, deal.realName, deal.nextStep, deal.description]
        let words = isSame ? before.words : DealText(deal).words
        let facets = row.databaseValues.dropFirst(9)
        guard
            words != before.words || before.searchKey != DealColumns.searchKey(of: deal)
                || !facets.elementsEqual(DealFacets.values(of: deal))
        else { return }
        try forget(before, facets: row[3], of: row[2], in: db)
        guard words != before.words else { return }
        try db.cachedStatement(sql: "UPDATE deal SET words = ? WHERE id = ?").execute(arguments: [words, deal.id])
    }

    /// The deal is due from now on.
    private static func forget(_ text: DealText, facets: String, of number: Int64, in db: Database) throws {
        try settle(atLeast: dueMax, in: db)
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO deal_text_due (number) VALUES (?)")
            .execute(arguments: [number])
        guard db.changesCount == 1 else { return }
        // An index without a copy of its texts forgets one by being told it again.
        try db.cachedStatement(sql: "INSERT INTO deal_text (deal_text, rowid, text) VALUES ('delete', ?, ?)")
            .execute(arguments: [number, text.indexed])
        try db.cachedStatement(sql: "INSERT INTO deal_facet (deal_facet, rowid, facets) VALUES ('delete', ?, ?)")
            .execute(arguments: [number, facets])
    }

    /// Takes into the indexes what is due, once that is much.
    static func settle(atLeast count: Int, in db: Database) throws {
        let due = try Int.fetchOne(db.cachedStatement(sql: "SELECT COUNT(*) FROM deal_text_due")) ?? 0
        guard due >= count else { return }
        let among = "FROM deal_text_due t CROSS JOIN deal d ON d.number_order = t.number"
        for (table, column, sql) in indexes {
            try db.cachedStatement(
                sql: "INSERT INTO \(table) (rowid, \(column)) SELECT d.number_order, \(sql) \(among)"
            )
            .execute()
        }
        try db.cachedStatement(sql: "DELETE FROM deal_text_due").execute()
    }

    static func add(_ activity: DealActivity, to deal: UUID, in db: Database) throws {
        try add(Words.of(text([activity.subject, activity.text])), of: deal, source: activity.id, in: db)
    }

    static func follow(_ activity: DealActivity, in db: Database) throws {
        let statement = try db.cachedStatement(sql: "SELECT deal_id FROM deal_activity WHERE id = ?")
        guard let deal = try UUID.fetchOne(statement, arguments: [activity.id]) else { return }
        try db.cachedStatement(sql: "DELETE FROM deal_word WHERE deal_id = ? AND source = ?")
            .execute(arguments: [deal, activity.id])
        try add(activity, to: deal, in: db)
    }

    private static let indexes = [
        ("deal_text", "text", DealText.indexedSQL), ("deal_facet", "facets", DealFacets.sql),
    ]

    /// For a file from before there was an index: all of it anew.
    static func fill(in db: Database) throws {
        let deals = try Row.fetchCursor(
            db, sql: "SELECT number_order, code_name, client_name, real_name, next_step, description FROM deal")
        let update = try db.makeStatement(sql: "UPDATE deal SET words = ? WHERE number_order = ?")
        while let row = try deals.next() {
            let texts: [String?] = [row[1], row[2], row[3], row[4], row[5]]
            try update.execute(arguments: [DealText.words(of: texts), row[0] as Int64])
        }
        for (table, column, sql) in indexes {
            try db.execute(
                sql: """
                    INSERT INTO \(table) (\(table)) VALUES ('delete-all');
                    INSERT INTO \(table) (rowid, \(column)) SELECT d.number_order, \(sql) FROM deal d
                    """)
        }
        try db.execute(sql: "DELETE FROM deal_text_due; DELETE FROM deal_word")
        let activities = try Row.fetchCursor(
            db, sql: "SELECT id, deal_id, subject, text FROM deal_activity WHERE deleted_ms IS NULL")
        while let row = try activities.next() {
            try add(Words.of(text([row[2], row[3]])), of: row[1], source: row[0], in: db)
        }
    }

    private static func add(_ words: Set<String>, of deal: UUID, source: UUID, in db: Database) throws {
        let statement = try db.cachedStatement(
            sql: "INSERT OR IGNORE INTO deal_word (deal_id, word, source) SELECT ?, value, ? FROM json_each(?)")
        let json = String(decoding: try StrictJSON.encode(words.sorted()), as: UTF8.self)
        try statement.execute(arguments: [deal, source, json])
    }

    private static func text(_ parts: [String?]) -> String { parts.compactMap(\.self).joined(separator: "\n") }
}
