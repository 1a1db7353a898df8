import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Moves deals and keeps the history of their moves, which is only ever added to.
struct TransitionStore: Sendable {
    let store: Store
    let pipelines: PipelineStore

    /// Where the deal may go for this caller, and what is missing for each.
    func options(_ reference: DealReference, by caller: Caller) async throws -> TransitionOptions {
        try await store.read { db in
            let seen = try DealRows.seen(reference, by: caller, may: .read, in: db)
            let pipeline = try pipelines.pipeline(of: seen.deal.type, in: db)
            let engine = try Self.engine(for: seen.deal, in: pipeline, of: seen, by: caller, in: db)
            let targets = engine.targets.map {
                TransitionTarget($0, engine.assess(Move(toStage: $0)), for: seen, by: caller)
            }
            return TransitionOptions(stage: seen.deal.stage, status: seen.deal.status, targets: targets)
        }
    }

    /// Sets the fields that come with the move and moves, or does neither.
    func move(_ reference: DealReference, _ move: Move, by caller: Caller) async throws -> MovedDeal {
        try await store.once(by: caller) { db in try self.move(reference, move, by: caller, in: db) }
    }

    func move(_ reference: DealReference, _ move: Move, by caller: Caller, in db: Database) throws -> MovedDeal {
        let seen = try DealRows.seen(reference, by: caller, may: .read, in: db)
        try caller.requireVersion(of: seen.deal)
        let pipeline = try pipelines.pipeline(of: seen.deal.type, in: db)
        var deal = seen.deal
        if let fields = move.fields, fields != DealPatch() {
            try seen.access.require(.edit)
            // A refused move leaves no trace, so it must not tell whether a name is free.
            guard fields.codeName == nil else {
                throw RPCFault.invalid([FieldFault("fields.codeName", "not_allowed", "Rename the deal by PATCH.")])
            }
            deal = try DealStore.patched(seen, fields, pipeline, by: caller, in: db)
        }
        let assessment = try Self.engine(for: deal, in: pipeline, of: seen, by: caller, in: db).assess(move)
        try seen.access.require(assessment.access(isCompliance: seen.isControlRoom(caller)))
        guard assessment.unmet.isEmpty else { throw assessment.refusal }
        let saved = try DealStore.save(
            assessment.applied(to: deal), replacing: seen.deal, EventType.dealStageChanged, extra: assessment.changes,
            by: caller, in: db)
        try Self.append(.move(from: seen.deal, to: saved, assessment, by: caller), of: saved, in: db)
        if let override = assessment.override {
            try Event.record(
                EventType.dealStageOverridden, about: saved, before: seen.deal, by: caller,
                changes: assessment.changes(of: override), in: db)
        }
        return MovedDeal(saved, warnings: assessment.warnings)
    }

    /// The newest; more than this many moves nobody makes in good faith.
    static let historyMax = 1000

    func history(_ reference: DealReference, by caller: Caller) async throws -> StageHistory {
        try await store.read { db in
            let seen = try DealRows.seen(reference, by: caller, may: .read, in: db)
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: TransitionRows.newest), arguments: [seen.deal.id, Self.historyMax])
            return StageHistory(moves: try rows.reversed().map(TransitionRows.transition), now: caller.now)
        }
    }

    static func append(_ transition: StageTransition, of deal: Deal, in db: Database) throws {
        try TransitionRows.insert(transition, of: deal.id, in: db)
        if let reason = transition.reasonCode { try DealStates.tell(reason, of: deal.id, in: db) }
    }

    private static func engine(
        for deal: Deal, in pipeline: Pipeline, of seen: SeenDeal, by caller: Caller, in db: Database
    ) throws -> TransitionEngine {
        let statement = try db.cachedStatement(
            sql: "SELECT effective_on FROM stage_transition WHERE deal_id = ? ORDER BY seq DESC LIMIT 1")
        let lastMoveOn = try Row.fetchOne(statement, arguments: [deal.id]).map { try $0.day(0) }
        return TransitionEngine(
            deal: deal, pipeline: pipeline,
            facts: try DealFacts.read(of: deal, in: pipeline, at: caller.now, in: db),
            lastMoveOn: lastMoveOn ?? deal.stageEnteredOn, today: caller.today, mover: seen.mover(caller))
    }
}

extension Assessment {
    /// What the event of the move tells beside the deal's own fields.
    fileprivate var changes: [FieldChange] {
        [
            move.reason.map { FieldChange("reason", before: nil, after: $0) },
            move.reasonCode.map { FieldChange("reasonCode", before: nil, after: $0.rawValue) },
            move.lostTo.map { FieldChange("lostTo", before: nil, after: $0) },
            move.reviewOn.map { FieldChange("reviewOn", before: nil, after: $0.text) },
        ].compactMap { $0 }
    }

    fileprivate func changes(of override: MoveOverride) -> [FieldChange] {
        [
            FieldChange("toStage", before: nil, after: move.toStage),
            FieldChange("override", before: nil, after: override.reason),
            FieldChange("unmet", before: nil, after: overridden.map(\.code).joined(separator: ", ")),
        ]
    }
}
