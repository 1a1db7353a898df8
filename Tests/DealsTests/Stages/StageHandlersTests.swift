import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct StageHandlersTests {
    @Test func aMandateNamesAllThatIsMissingAndChangesNothing() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let refused = try await fault("rules_unmet") { try await desk.move(deal, to: "mandated", as: banker) }
            #expect(refused.status == .failedPrecondition)
            #expect(refused.message == "The deal cannot move to Mandated: 3 rules are unmet.")
            #expect(
                refused.details == [
                    "reason reason_required", "conflictStatus conflict_not_cleared",
                    "engagementLetterSignedOn engagement_letter_missing",
                ])
            #expect(try await desk.get(deal, as: banker) == deal)
            #expect(try await desk.history(deal, as: banker).count == 1)
        }
    }

    @Test func fieldsAndMoveGoInOne() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            var deal = try await desk.deal("Falcon", by: banker)
            deal = try await desk.move(deal, to: "pitch", as: banker) { $0.conflictStatus = .set(.pending) }
            #expect(deal.stage == "pitch" && deal.conflictStatus == .pending && deal.version == 2)
            deal = try await desk.decide(.cleared, deal, as: compliance)
            let mandated = try await desk.move(deal, to: "mandated", as: banker) {
                $0.engagementLetterSignedOn = .set(.yesterday)
            }
            #expect(mandated.stage == "mandated" && mandated.version == 4 && mandated.probability == 30)
            #expect(mandated.engagementLetterSignedOn == .yesterday)
            let event = try #require(try await desk.events().last)
            #expect(event.type == EventType.dealStageChanged && event.version == 4)
            #expect(event.changes.contains(FieldChange("stage", before: "pitch", after: "mandated")))
            #expect(event.changes.contains { $0.field == "engagementLetterSignedOn" })
        }
    }

    @Test func fieldsOfAMoveThatIsRefusedAreNotKept() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            try await fault("rules_unmet") {
                try await desk.move(deal, to: "mandated", as: banker, reason: "r") { $0.sector = .set("Food") }
            }
            let refused = try await fault("validation_failed") {
                try await desk.move(deal, to: "lost", as: banker, reason: "r") { $0.country = .set("xx") }
            }
            #expect(refused.details == ["country invalid"])
            #expect(try await desk.get(deal, as: banker) == deal)
        }
    }

    @Test func aMoveOfAnotherVersionIsRefused() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let move = Move(toStage: "lost", reason: "price")
            try await fault("version_mismatch") {
                try await desk.call(DealMethods.move, move, as: banker, on: [deal.id.text], ifMatch: 2)
            }
            let lost = try await desk.call(DealMethods.move, move, as: banker, on: [deal.id.text], ifMatch: 1).deal
            #expect(lost.status == .lost && lost.outcomeReason == "price" && lost.probability == 0)
        }
    }

    @Test func lostNeedsAReason() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let refused = try await fault("rules_unmet") { try await desk.move(deal, to: "lost", as: banker) }
            #expect(refused.details == ["reason reason_required"])
            #expect(refused.message == "The deal cannot move to Lost: 1 rule is unmet.")
        }
    }

    @Test func historyTellsHowLongADealStood() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            var deal = try await desk.deal("Falcon", by: banker)
            desk.clock.advance(days: 10)
            deal = try await desk.move(deal, to: "pitch", as: banker) { $0.conflictStatus = .set(.pending) }
            desk.clock.advance(days: 5)
            deal = try await desk.move(deal, to: "on_hold", as: banker, reason: "markets")
            deal = try await desk.move(deal, to: "active", as: banker)
            deal = try await desk.move(
                deal, to: "origination", as: banker, reason: "too early", effectiveOn: .today.adding(days: 15))
            desk.clock.advance(days: 3)
            deal = try await desk.move(deal, to: "withdrawn", as: banker, reason: "client stopped")
            let history = try await desk.history(deal, as: banker)
            #expect(history.map(\.toStage) == ["origination", "pitch", "pitch", "pitch", "origination", "origination"])
            #expect(history.map(\.fromStage) == [nil, "origination", "pitch", "pitch", "pitch", "origination"])
            #expect(history.map(\.direction) == [.forward, .forward, .hold, .resume, .back, .end])
            #expect(history.map(\.daysInFrom) == [0, 10, 5, 5, 5, 3])
            #expect(history.map(\.toStatus) == [.active, .active, .onHold, .active, .active, .withdrawn])
            #expect(history.last?.reason == "client stopped" && history.allSatisfy { $0.by == banker.id })
        }
    }

    @Test func aMoveMayBeDatedBackToTheLastOne() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            var deal = try await desk.deal("Falcon", by: banker)
            desk.clock.advance(days: 10)
            deal = try await desk.move(
                deal, to: "on_hold", as: banker, reason: "r", effectiveOn: .today.adding(days: 6))
            let refused = try await fault("rules_unmet") {
                try await desk.move(deal, to: "active", as: banker, effectiveOn: .today.adding(days: 5))
            }
            #expect(refused.details == ["effectiveOn before_last_move"])
        }
    }

    @Test func optionsListEveryTargetWithWhatIsMissing() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let options = try await desk.call(DealMethods.transitions, Nothing(), as: banker, on: [deal.id.text])
            #expect(options.stage == "origination" && options.targets.count == 13)
            let pitch = try #require(options.targets.first { $0.toStage == "pitch" })
            #expect(!pitch.allowed && pitch.unmet.codes == ["conflict_check_not_started"] && pitch.name == "Pitch")
            let lost = try #require(options.targets.first { $0.toStage == "lost" })
            #expect(!lost.allowed && lost.unmet.codes == ["reason_required"] && lost.direction == .end)
        }
    }

    @Test func whatCommitsTheFirmNeedsManage() async throws {
        try await Desk.with { desk in
            let (banker, editor, reader, compliance) = (
                desk.person(.banker), desk.person(.banker), desk.person(.banker), desk.person(.compliance)
            )
            var deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.add(editor, to: deal, by: banker, access: .edit)
            _ = try await desk.add(reader, to: deal, by: banker, access: .read)
            deal = try await desk.decide(.cleared, deal, as: compliance)
            deal = try await desk.move(deal, to: "pitch", as: editor) { $0.engagementLetterSignedOn = .set(.today) }
            let refused = try await fault("access_too_low") { try await desk.move(deal, to: "mandated", as: editor) }
            #expect(refused.status == .permissionDenied)
            deal = try await desk.move(deal, to: "mandated", as: banker)
            deal = try await desk.move(deal, to: "preparation", as: editor)
            try await fault("access_too_low") { try await desk.move(deal, to: "marketing", as: reader) }
            let options = try await desk.call(DealMethods.transitions, Nothing(), as: reader, on: [deal.id.text])
            #expect(options.targets.allSatisfy { !$0.allowed && $0.unmet.codes.contains("access_too_low") })
        }
    }

    @Test func aDealRunsToItsEndAndIsReopenedByCompliance() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            var deal = try await desk.deal("Falcon", by: banker, type: .strategicAdvisory)
            deal = try await desk.decide(.clearedWithConditions, deal, as: compliance)
            deal = try await desk.move(deal, to: "under_evaluation", as: banker)
            deal = try await desk.move(deal, to: "term_sheet_submitted", as: banker) {
                $0.engagementLetterSignedOn = .set(.today)
            }
            deal = try await desk.move(deal, to: "closed", as: banker) { $0.closedOn = .set(.today) }
            #expect(deal.status == .won && deal.probability == 100)
            let kept = try await fault("validation_failed") {
                try await desk.update(deal, as: banker) { $0.closedOn = .clear }
            }
            #expect(kept.details == ["closedOn required"])
            let byBanker = try await fault("rules_unmet") {
                try await desk.move(deal, to: "term_sheet_submitted", as: banker, reason: "failed")
            }
            #expect(byBanker.details == ["approvals approval_missing"])
            try await fault("access_too_low") {
                try await desk.move(deal, to: "prospect", as: compliance, reason: "r") { $0.sector = .set("Food") }
            }
            let asked = try await desk.ask(.reopen, on: deal, by: banker)
            _ = try await desk.decide(.approve, asked, on: deal, as: compliance)
            deal = try await desk.move(deal, to: "term_sheet_submitted", as: compliance, reason: "closing failed")
            #expect(deal.status == .active && deal.closedOn == nil && deal.probability == 60)
            try await fault("access_too_low") { try await desk.move(deal, to: "lost", as: compliance, reason: "r") }
            #expect(try await desk.history(deal, as: banker).last?.direction == .reopen)
        }
    }

    @Test func conflictsAreDecidedByCompliance() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let deal = try await desk.deal("Falcon", by: banker)
            try await fault("forbidden") { try await desk.decide(.cleared, deal, as: banker) }
            for unfit in [ConflictStatus.notStarted, .pending, .expired] {
                try await fault("validation_failed") { try await desk.decide(unfit, deal, as: compliance) }
            }
            try await fault("validation_failed") {
                try await desk.decide(.cleared, deal, as: compliance, expiresOn: .yesterday)
            }
            let cleared = try await desk.decide(.cleared, deal, as: compliance, expiresOn: .tomorrow)
            #expect(
                cleared.conflictStatus == .cleared && cleared.conflictExpiresOn == .tomorrow && cleared.version == 2)
            #expect(try await desk.events().last?.type == EventType.conflictDecided)
            let declined = try await desk.decide(.declined, cleared, as: compliance)
            #expect(declined.conflictStatus == .declined && declined.conflictExpiresOn == nil)
        }
    }
}
