import Contracts
import Foundation
import GRDB

/// What a changed pipeline means for the deals that go through it.
///
/// Live are those that are active or on hold, also when they are deleted: one that is restored must find its stage. Deals
/// that have ended stay where they ended, under a key that the pipeline still knows.
enum PipelineDeals {
    /// Moves the live deals out of the stages that go. Each move is written down, like any other: 10 000 take a second or
    /// two, in which other writes wait.
    static func leaveRemovedStages(
        _ before: StoredPipeline, _ after: StoredPipeline, by caller: Caller, in db: Database
    ) throws {
        for gone in before.pipeline.removed(in: after.pipeline) {
            guard let target = after.pipeline.stage(gone.replacedBy) else {
                throw StoredValueFault(column: "replaced_by")
            }
            let move = StageRemovalMove(
                gone: gone, target: target, direction: direction(from: gone.key, to: target.key, before, after))
            let ids = try UUID.fetchAll(
                db.cachedStatement(
                    sql: "SELECT id FROM deal WHERE type = ? AND stage = ? AND status IN ('active', 'on_hold')"),
                arguments: [before.type.rawValue, gone.key])
            for id in ids { try self.move(id, move, by: caller, in: db) }
        }
    }

    /// Gives live deals that have their chance from their stage the new one. Their version grows, so that no copy of them
    /// passes for the newest, and each has the change on record; `updatedAt` stays, for nobody has worked on them, and lists
    /// keep their order. No version is older than the one before, whatever the clock says. There is no event for each of them: that the stage's chance changed is the event.
    static func followChances(
        _ before: StoredPipeline, _ after: StoredPipeline, by caller: Caller, in db: Database
    ) throws {
        for stage in after.pipeline.stages {
            guard let old = before.pipeline.stage(stage.key), old.probability != stage.probability else { continue }
            let which: StatementArguments = [stage.probability, before.type.rawValue, stage.key]
            try db.cachedStatement(
                sql: """
                    INSERT INTO deal_version (deal_id, version, at_ms, by_user_id, event_type)
                    SELECT id, version + 1, max(?4, updated_ms), ?5, ?6 \(followers)
                    """
            ).execute(arguments: which + [caller.now.milliseconds, caller.id, EventType.pipelineUpdated])
            try db.cachedStatement(
                sql: """
                    INSERT INTO deal_change (deal_id, version, field, before, after)
                    SELECT id, version + 1, 'probability', CAST(probability AS TEXT), CAST(?1 AS TEXT) \(followers)
                    """
            ).execute(arguments: which)
            let ids = try UUID.fetchAll(db.cachedStatement(sql: "SELECT id \(followers)"), arguments: which)
            try db.cachedStatement(
                sql: """
                    UPDATE deal SET probability = ?1, version = version + 1
                    WHERE id IN (SELECT id \(followers))
                    """
            ).execute(arguments: which)
            for id in ids {
                try DealStates.followChance(id, to: stage.probability, on: caller.today, in: db)
            }
        }
    }

    /// Who follows the new chance `?1` of stage `?3` of the pipeline of type `?2`.
    private static let followers = """
        FROM deal WHERE type = ?2 AND stage = ?3 AND status IN ('active', 'on_hold')
            AND probability_source = 'stage' AND probability <> ?1
        """

    private static func move(_ id: UUID, _ move: StageRemovalMove, by caller: Caller, in db: Database) throws {
        guard let deal = try DealRows.deal(id, in: db) else { return }
        let reason = [FieldChange("reason", before: nil, after: move.reason)]
        let saved = try DealStore.save(
            move.applied(to: deal, on: caller.today), replacing: deal, EventType.dealStageChanged, extra: reason,
            by: caller, in: db)
        try TransitionStore.append(move.transition(of: deal, to: saved, by: caller), of: saved, in: db)
    }

    /// Forward when the target stands behind all that stood before the stage that goes.
    private static func direction(
        from key: String, to target: String, _ before: StoredPipeline, _ after: StoredPipeline
    ) -> MoveDirection {
        let earlier = before.pipeline.stages.prefix { $0.key != key }
        let ahead = earlier.count { after.pipeline.stage($0.key) != nil }
        return (after.pipeline.position(of: target) ?? 0) < ahead ? .back : .forward
    }
}
