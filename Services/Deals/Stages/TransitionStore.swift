import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Moves deals and keeps the history of their moves, which is only ever added to.
struct TransitionStore: Sendable {
    let store: Store

    /// Where the deal may go for this caller, and what is missing for each.
    func options(_ reference: DealReference, by caller: Caller) async throws -> TransitionOptions {
        try await store.read { db in
            let seen = try DealRows.seen(reference, by: caller, may: .read, in: db)
            let engine = try Self.engine(for: seen.deal, by: caller, in: db)
            let targets = engine.targets.map { TransitionTarget($0, engine.assess($0), for: seen, by: caller) }
            return TransitionOptions(stage: seen.deal.stage, status: seen.deal.status, targets: targets)
        }
    }

    /// Sets the fields that come with the move and moves, or does neither.
    func move(_ reference: DealReference, _ move: Move, by caller: Caller) async throws -> Deal {
        try await store.once(by: caller) { db in
            let seen = try DealRows.seen(reference, by: caller, may: .read, in: db)
            try caller.requireVersion(of: seen.deal)
            var deal = seen.deal
            if let fields = move.fields, fields != DealPatch() {
                try seen.access.require(.edit)
                // A refused move leaves no trace, so it must not tell whether a name is free.
                guard fields.codeName == nil else {
                    throw RPCFault.invalid([FieldFault("fields.codeName", "not_allowed", "Rename the deal by PATCH.")])
                }
                deal = try DealStore.patched(seen, fields, by: caller, in: db)
            }
            let assessment = try Self.engine(for: deal, by: caller, in: db)
                .assess(move.toStage, reason: move.reason, effectiveOn: move.effectiveOn)
            try seen.access.require(assessment.access(isCompliance: seen.isControlRoom(caller)))
            guard assessment.unmet.isEmpty else { throw assessment.refusal }
            let moved = assessment.applied(to: deal)
            let reason = assessment.reason.map { FieldChange("reason", before: nil, after: $0) }
            let saved = try DealStore.save(
                moved, replacing: seen.deal, EventType.dealStageChanged, extra: [reason].compactMap { $0 }, by: caller,
                in: db)
            try Self.append(.move(from: seen.deal, to: saved, assessment, by: caller), of: saved, in: db)
            return saved
        }
    }

    /// The newest; more than this many moves nobody makes in good faith.
    static let historyMax = 1000

    func history(_ reference: DealReference, by caller: Caller) async throws -> StageHistory {
        try await store.read { db in
            let seen = try DealRows.seen(reference, by: caller, may: .read, in: db)
            let statement = try db.cachedStatement(
                sql: """
                    SELECT id, from_stage, to_stage, from_status, to_status, direction, reason, effective_on,
                        days_in_from, by_user_id, at_ms
                    FROM stage_transition WHERE deal_id = ? ORDER BY seq DESC LIMIT ?
                    """)
            let rows = try Row.fetchAll(statement, arguments: [seen.deal.id, Self.historyMax])
            return StageHistory(moves: try rows.reversed().map(Self.transition), now: caller.now)
        }
    }

    static func append(_ transition: StageTransition, of deal: Deal, in db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO stage_transition (id, deal_id, from_stage, to_stage, from_status, to_status, direction,
                    reason, effective_on, days_in_from, by_user_id, at_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            transition.id, deal.id, transition.fromStage, transition.toStage, transition.fromStatus?.rawValue,
            transition.toStatus.rawValue, transition.direction.rawValue, transition.reason, transition.effectiveOn.text,
            transition.daysInFrom, transition.by, transition.at.milliseconds,
        ])
    }

    private static func engine(for deal: Deal, by caller: Caller, in db: Database) throws -> TransitionEngine {
        let statement = try db.cachedStatement(
            sql: "SELECT effective_on FROM stage_transition WHERE deal_id = ? ORDER BY seq DESC LIMIT 1")
        let lastMoveOn = try Row.fetchOne(statement, arguments: [deal.id]).map { try $0.day(0) }
        return TransitionEngine(
            deal: deal, lastMoveOn: lastMoveOn ?? deal.stageEnteredOn, today: caller.today,
            mayReopen: caller.role == .compliance)
    }

    private static func transition(_ row: Row) throws -> StageTransition {
        StageTransition(
            id: row[0], fromStage: row[1], toStage: row[2], fromStatus: try row.optionalChoice(3),
            toStatus: try row.choice(4),
            direction: try row.choice(5), reason: row[6], effectiveOn: try row.day(7), daysInFrom: row[8], by: row[9],
            at: Instant(milliseconds: row[10]))
    }
}
