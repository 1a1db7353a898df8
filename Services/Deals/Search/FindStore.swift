import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Finds deals while somebody types. The order is by the field in which the text was found and then by the latest
/// change: no number of it counts words in other deals, so that it says nothing of those that the caller may not see.
struct FindStore: Sendable {
    let store: Store

    func find(_ search: WordSearch, limit: Int, by caller: Caller) async throws -> DealFindings {
        try await store.read { db in
            let statement = try FindStatement(search, limit: limit, by: caller, in: db)
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: statement.sql), arguments: StatementArguments(statement.arguments))
            return DealFindings(
                items: try rows.compactMap { row in
                    guard let deal = try DealRows.deal(row[0], in: db) else { return nil }
                    let match = Self.match(rank: row[1], deal, search)
                    return DealFinding(
                        deal, match: match, snippet: match == .text ? try Self.snippet(deal, search, in: db) : nil)
                })
        }
    }

    private static func match(rank: Int, _ deal: Deal, _ search: WordSearch) -> DealMatch {
        switch rank {
        case 0: deal.number.lowercased() == search.text ? .number : .codeName
        case 1, 4: .codeName
        case 2, 5: .number
        case 3, 6: .clientName
        default: .text
        }
    }

    /// Of the deal's own texts, and otherwise of its latest activity that has the word.
    private static func snippet(_ deal: Deal, _ search: WordSearch, in db: Database) throws -> String? {
        let texts = [deal.realName, deal.nextStep, deal.description, deal.clientName, deal.codeName]
        for text in texts.compactMap(\.self) {
            if let snippet = Snippet.of(text, search) { return snippet }
        }
        let statement = try db.cachedStatement(
            sql: """
                SELECT a.subject, a.text FROM deal_word w JOIN deal_activity a ON a.id = w.source
                WHERE w.deal_id = ? AND w.word >= ? AND w.word < ? AND a.deal_id = w.deal_id AND a.deleted_ms IS NULL
                ORDER BY a.occurred_ms DESC, a.id DESC LIMIT 1
                """)
        for word in search.words {
            let arguments = StatementArguments([deal.id] + WordIndex.bounds(word))
            guard let row = try Row.fetchOne(statement, arguments: arguments) else { continue }
            let (subject, text): (String?, String) = (row[0], row[1])
            return Snippet.of([subject, text].compactMap(\.self).joined(separator: "\n"), search)
        }
        return nil
    }
}
