import Contracts
import Foundation

@testable import deals

/// Deals and moves for the tests of the engine, without a store.
enum EngineFixture {
    static func deal(at stage: String, _ change: (inout Deal) -> Void = { _ in }) -> Deal {
        var deal = Deal(
            id: UUID(), number: "D-2026-0001", codeName: "Falcon", realName: nil, type: .sellSideMA, stage: stage,
            status: .active, clientName: "Aurora Foods", sector: nil, country: nil, description: nil, value: nil,
            probability: Pipeline.of(.sellSideMA).stage(stage)?.probability ?? 0, probabilitySource: .stage,
            confidentiality: .confidential, conflictStatus: .notStarted, conflictExpiresOn: nil, leadId: UUID(),
            originatedOn: .today.adding(days: -30), engagementLetterSignedOn: nil, expectedCloseOn: nil, closedOn: nil,
            outcomeReason: nil, nextStep: nil, stageEnteredOn: .today.adding(days: -10), version: 1,
            createdAt: Instant(milliseconds: 0), updatedAt: Instant(milliseconds: 0))
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

    static func assess(
        _ deal: Deal, to stage: String, reason: String? = nil, on day: BusinessDate? = nil,
        lastMoveOn: BusinessDate? = nil,
        mayReopen: Bool = false
    ) -> Assessment {
        TransitionEngine(deal: deal, lastMoveOn: lastMoveOn ?? deal.stageEnteredOn, today: .today, mayReopen: mayReopen)
            .assess(stage, reason: reason, effectiveOn: day)
    }
}
