import Contracts
import Foundation

@testable import deals

/// Deals and moves for the tests of the engine, without a store.
enum EngineFixture {
    static func deal(at stage: String, _ change: (inout Deal) -> Void = { _ in }) -> Deal {
        var deal = Deal(
            id: UUID(), number: "D-2026-0001", codeName: "Falcon", type: .sellSideMA, stage: stage,
            clientName: "Aurora Foods", probability: Pipeline.builtIn(for: .sellSideMA).stage(stage)?.probability ?? 0,
            leadId: UUID(), originatedOn: .today.adding(days: -30), createdAt: Instant(milliseconds: 0))
        deal.stageEnteredOn = .today.adding(days: -10)
        change(&deal)
        return deal
    }

    /// A deal that meets the rules of every stage but the last.
    static func ready(at stage: String, _ change: (inout Deal) -> Void = { _ in }) -> Deal {
        deal(at: stage) {
            $0.conflictStatus = .cleared
            $0.engagementLetterSignedOn = .yesterday
            change(&$0)
        }
    }

    /// - Parameter mayReopen: compliance moves, and a second person has approved that the deal is opened again.
    static func assess(
        _ deal: Deal, to stage: String, reason: String? = nil, on day: BusinessDate? = nil,
        lastMoveOn: BusinessDate? = nil, mayReopen: Bool = false
    ) -> Assessment {
        let facts = DealFacts(approvals: mayReopen ? [GivenApproval(kind: .reopen)] : [])
        return engine(deal, facts, Mover(isCompliance: mayReopen), lastMoveOn: lastMoveOn)
            .assess(Move(toStage: stage, reason: reason, effectiveOn: day))
    }

    static func engine(
        _ deal: Deal, _ facts: DealFacts = DealFacts(), _ mover: Mover = Mover(), lastMoveOn: BusinessDate? = nil,
        pipeline: Pipeline? = nil
    ) -> TransitionEngine {
        TransitionEngine(
            deal: deal, pipeline: pipeline ?? .builtIn(for: deal.type), facts: facts,
            lastMoveOn: lastMoveOn ?? deal.stageEnteredOn, today: .today, mover: mover)
    }
}
