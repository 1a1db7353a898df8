import Contracts
import Foundation
import GRDB
import RPC

/// Takes back what a row did, where nobody has touched the deal since.
struct ImportRetreat {
    /// Tables whose rows about a deal come with its making, or are the import's own.
    private static let ownTables: Set = [
        "import_row", "external_id", "idempotency_key", "confidentiality_change", "stage_transition", "team_member",
        "deal_version", "deal_tag", "deal_word", "deal_state", "stage_hold",
        // That a name hit, nobody is told by what can be taken back.
        "deal_name", "conflict_check", "conflict_hit", "list_entry",
    ]

    private let db: Database
    private let deals: DealStore
    private let transitions: TransitionStore
    private let caller: Caller
    /// Whether anything hangs on a deal: a look-up in each table that refers to deals.
    let tracesSQL: String

    init(db: Database, deals: DealStore, transitions: TransitionStore, caller: Caller) throws {
        self.db = db
        self.deals = deals
        self.transitions = transitions
        self.caller = caller
        // What refers to deals is asked of the schema, so that no table can be forgotten here.
        let references = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT m.name, f."from" FROM sqlite_schema m, pragma_foreign_key_list(m.name) f
                    WHERE m.type = 'table' AND f."table" = 'deal' ORDER BY m.name, f.seq
                    """))
        let tables = references.filter { !Self.ownTables.contains($0[0]) }.map {
            (name: $0[0] as String, key: $0[1] as String)
        }
        let looks = tables.map { "EXISTS (SELECT 1 FROM \"\($0.name)\" WHERE \"\($0.key)\" = ?1)" }
        let team = "(SELECT COUNT(*) FROM team_member WHERE deal_id = ?1) > 1"
        tracesSQL = "SELECT " + (looks + [team]).joined(separator: " OR ")
    }

    /// - Throws: `RPCFault` that says why the deal is left as it is.
    func undo(_ row: KeptRow) throws {
        guard let id = row.dealID else { throw RPCFault.notFound("deal") }
        let needed: Access = row.outcome == .created ? .manage : .edit
        let deal = try DealRows.seen(.id(id), by: caller, may: needed, in: db).deal
        guard deal.version == row.dealVersion else { throw Self.touched }
        if let undo = row.undo { return try change(deal, undo) }
        guard try !hasTraces(deal) else { throw Self.touched }
        try delete(deal)
    }

    private static let touched = RPCFault(.failedPrecondition, "changed_since", "Somebody has worked on it since.")

    private func hasTraces(_ deal: Deal) throws -> Bool {
        try Bool.fetchOne(db.cachedStatement(sql: tracesSQL), arguments: [deal.id]) ?? true
    }

    private func change(_ deal: Deal, _ undo: ImportUndo) throws {
        if let stage = undo.toStage {
            let move = Move(toStage: stage, reason: ImportUndo.reason)
            _ = try transitions.move(.id(deal.id), move, by: caller, in: db)
        }
        if undo.fields != DealPatch() {
            _ = try deals.update(.id(deal.id), undo.fields, by: caller, in: db)
        }
    }

    /// The row stays, as all that is written of it; its code name is free again.
    private func delete(_ deal: Deal) throws {
        if let refusal = KeepingRule.refusal(of: deal, today: caller.today) { throw refusal }
        try db.cachedStatement(sql: "DELETE FROM external_id WHERE deal_id = ?").execute(arguments: [deal.id])
        var deleted = deal
        (deleted.deletedAt, deleted.deletedBy) = (caller.now, caller.id)
        let reason = FieldChange("reason", before: nil, after: ImportUndo.reason)
        _ = try DealStore.save(
            deleted, replacing: deal, EventType.dealDeleted, extra: [reason], by: caller, in: db)
    }
}
