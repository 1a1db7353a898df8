import Contracts
import Foundation
import GRDB
import RPC

/// The table `deal_word`, written in the transaction of the change that it follows.
enum WordIndex {
    /// Of a deal `d`, one word that begins as asked for; takes `bounds`.
    static let holdsSQL =
        "EXISTS (SELECT 1 FROM deal_word w WHERE w.deal_id = d.id AND w.word >= ? AND w.word < ?)"

    /// All words that begin with this one: no letter sorts behind the last scalar there is.
    static func bounds(_ word: String) -> [(any DatabaseValueConvertible)?] { [word, word + "\u{10FFFF}"] }

    private static let ofDeal = Data()

    static func add(_ deal: Deal, in db: Database) throws {
        try add(Words.of(texts(deal)), of: deal.id, source: ofDeal, in: db)
    }

    /// Called before the deal is written: most changes leave its texts as they are.
    static func follow(_ deal: Deal, in db: Database) throws {
        let statement = try db.cachedStatement(
            sql: "SELECT code_name, client_name, real_name, next_step, description FROM deal WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [deal.id]) else { return }
        let before = text([row[0], row[1], row[2], row[3], row[4]])
        guard before != texts(deal) else { return }
        try replace(Words.of(texts(deal)), of: deal.id, source: ofDeal, in: db)
    }

    static func add(_ activity: DealActivity, to deal: UUID, in db: Database) throws {
        try add(Words.of(text([activity.subject, activity.text])), of: deal, source: source(activity.id), in: db)
    }

    static func follow(_ activity: DealActivity, in db: Database) throws {
        let statement = try db.cachedStatement(sql: "SELECT deal_id FROM deal_activity WHERE id = ?")
        guard let deal = try UUID.fetchOne(statement, arguments: [activity.id]) else { return }
        let words = Words.of(text([activity.subject, activity.text]))
        try replace(words, of: deal, source: source(activity.id), in: db)
    }

    /// For a file from before there was an index.
    static func fill(in db: Database) throws {
        let deals = try Row.fetchCursor(
            db, sql: "SELECT id, code_name, client_name, real_name, next_step, description FROM deal")
        while let row = try deals.next() {
            try add(Words.of(text([row[1], row[2], row[3], row[4], row[5]])), of: row[0], source: ofDeal, in: db)
        }
        let activities = try Row.fetchCursor(
            db, sql: "SELECT id, deal_id, subject, text FROM deal_activity WHERE deleted_ms IS NULL")
        while let row = try activities.next() {
            try add(Words.of(text([row[2], row[3]])), of: row[1], source: source(row[0]), in: db)
        }
    }

    private static func add(_ words: Set<String>, of deal: UUID, source: Data, in db: Database) throws {
        let statement = try db.cachedStatement(
            sql: "INSERT OR IGNORE INTO deal_word (deal_id, word, source) SELECT ?, value, ? FROM json_each(?)")
        try statement.execute(arguments: [deal, source, try json(words)])
    }

    private static func replace(_ words: Set<String>, of deal: UUID, source: Data, in db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM deal_word WHERE deal_id = ? AND source = ?")
            .execute(arguments: [deal, source])
        try add(words, of: deal, source: source, in: db)
    }

    private static func texts(_ deal: Deal) -> String {
        text([deal.codeName, deal.clientName, deal.realName, deal.nextStep, deal.description])
    }

    private static func text(_ parts: [String?]) -> String { parts.compactMap(\.self).joined(separator: "\n") }

    private static func json(_ words: Set<String>) throws -> String {
        String(decoding: try StrictJSON.encode(words.sorted()), as: UTF8.self)
    }

    private static func source(_ id: UUID) -> Data { withUnsafeBytes(of: id.uuid) { Data($0) } }
}
