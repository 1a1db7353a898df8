import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// The buyers, investors, lenders or targets of a deal. They have no permission of their own: who reads the deal reads
/// them.
struct CounterpartyStore: Sendable {
    let store: Store

    /// Of one deal: the list is answered whole, and a frame has a limit.
    static let counterpartiesMax = 2000

    func list(_ reference: DealReference, by caller: Caller) async throws -> CounterpartyList {
        try await store.read { db in
            let deal = try DealRows.seen(reference, by: caller, may: .read, in: db).deal
            return CounterpartyList(
                items: try Self.counterparties(of: deal.id, limit: Self.counterpartiesMax, in: db))
        }
    }

    /// Of a deal that the caller sees, by name.
    static func counterparties(of deal: UUID, limit: Int, in db: Database) throws -> [Counterparty] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT id, name, kind, tier, country, added_by, added_ms FROM counterparty
                WHERE deal_id = ? ORDER BY name_key LIMIT ?
                """)
        return try Row.fetchAll(statement, arguments: [deal, limit]).map(counterparty)
    }

    func add(_ counterparty: Counterparty, to reference: DealReference, by caller: Caller) async throws -> Counterparty
    {
        try await store.once(by: caller) { db in
            let deal = try DealRows.seen(reference, by: caller, may: .edit, in: db).deal
            try Self.insert(counterparty, into: deal.id, in: db)
            try Event.record(
                EventType.dealCounterpartyAdded, about: deal, by: caller, changes: Self.changes(counterparty),
                in: db)
            try ConflictWatch.added(counterparty: counterparty.name, to: deal, by: caller, in: db)
            return counterparty
        }
    }

    private static func insert(_ counterparty: Counterparty, into deal: UUID, in db: Database) throws {
        let key = FoldedText.of(counterparty.name)
        let known = try db.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM counterparty WHERE deal_id = ? AND name_key = ?)")
        guard try Bool.fetchOne(known, arguments: [deal, key]) != true else {
            throw RPCFault(.alreadyExists, "counterparty_exists", "The deal has a counterparty of this name.")
        }
        let count = try db.cachedStatement(sql: "SELECT COUNT(*) FROM counterparty WHERE deal_id = ?")
        guard try Int.fetchOne(count, arguments: [deal]) ?? 0 < counterpartiesMax else {
            throw RPCFault(
                .failedPrecondition, "counterparties_full", "A deal has at most \(counterpartiesMax) counterparties.")
        }
        try db.cachedStatement(
            sql: """
                INSERT INTO counterparty (id, deal_id, name, name_key, kind, tier, country, added_by, added_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            counterparty.id, deal, counterparty.name, key, counterparty.kind.rawValue, counterparty.tier,
            counterparty.country, counterparty.addedBy, counterparty.addedAt.milliseconds,
        ])
    }

    private static func changes(_ counterparty: Counterparty) -> [FieldChange] {
        [
            FieldChange("counterpartyId", before: nil, after: counterparty.id.text),
            FieldChange("counterpartyName", before: nil, after: counterparty.name),
            FieldChange("counterpartyKind", before: nil, after: counterparty.kind.rawValue),
        ]
    }

    private static func counterparty(_ row: Row) throws -> Counterparty {
        Counterparty(
            id: row[0], name: row[1], kind: try row.choice(2), tier: row[3], country: row[4], addedBy: row[5],
            addedAt: Instant(milliseconds: row[6]))
    }
}
