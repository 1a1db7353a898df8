import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// One person asks, another decides; a move that needs it looks whether it was given.
struct ApprovalTests {
    /// A deal with its lead, a second manager and an editor, and compliance.
    private static func with(
        _ level: Confidentiality = .confidential,
        _ body: (Desk, Deal, _ lead: Person, _ second: Person, _ editor: Person, _ compliance: Person) async throws ->
            Void
    ) async throws {
        try await Desk.with { desk in
            let (lead, second, editor) = (desk.person(.banker), desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: lead, confidentiality: level)
            _ = try await desk.add(second, to: deal, by: lead, access: .manage, role: .md)
            _ = try await desk.add(editor, to: deal, by: lead, access: .edit)
            try await body(desk, deal, lead, second, editor, desk.person(.compliance))
        }
    }

    @Test func anApprovalIsAskedForDecidedAndListed() async throws {
        try await Self.with { desk, deal, lead, second, editor, compliance in
            let asked = try await desk.ask(.engagement, on: deal, by: editor)
            #expect(asked.status == .requested && asked.version == 1 && asked.requestedBy == editor.id)
            #expect(asked.until == desk.clock.now().advanced(bySeconds: 30 * 86_400))
            let given = try await desk.decide(.approve, asked, on: deal, as: second, ifMatch: 1)
            #expect(given.status == .approved && given.decidedBy == second.id && given.version == 2)
            #expect(given.note == "as discussed")
            #expect(try await desk.approvals(of: deal, as: editor).items == [given])
            #expect(try await desk.approvals(of: deal, as: compliance).items == [given])
        }
    }

    @Test func nobodyDecidesWhatHeAskedFor() async throws {
        try await Self.with { desk, deal, lead, second, _, _ in
            let asked = try await desk.ask(.engagement, on: deal, by: lead)
            for decision in ApprovalChoice.allCases {
                let refused = try await fault("four_eyes") {
                    try await desk.decide(decision, asked, on: deal, as: lead)
                }
                #expect(refused.status == .permissionDenied)
            }
            #expect(try await desk.decide(.reject, asked, on: deal, as: second).status == .rejected)
            try await fault("already_decided") { try await desk.decide(.approve, asked, on: deal, as: second) }
        }
    }

    @Test func membersWhoEditAskAndWhoManageOrComplianceDecide() async throws {
        try await Self.with { desk, deal, lead, second, editor, compliance in
            let reader = desk.person(.banker)
            _ = try await desk.add(reader, to: deal, by: lead, access: .read)
            try await fault("access_too_low") { try await desk.ask(.engagement, on: deal, by: reader) }
            try await fault("access_too_low") { try await desk.ask(.engagement, on: deal, by: compliance) }
            let asked = try await desk.ask(.engagement, on: deal, by: lead)
            try await fault("access_too_low") { try await desk.decide(.approve, asked, on: deal, as: editor) }
            try await fault("not_found") {
                try await desk.decide(.approve, asked, on: deal, as: desk.person(.banker))
            }
            let other = try await desk.deal("Hawk", by: second)
            try await fault("not_found") { try await desk.decide(.approve, asked, on: other, as: second) }
            #expect(try await desk.decide(.approve, asked, on: deal, as: compliance).status == .approved)
        }
    }

    @Test func theSameIsAskedForOnceAtATime() async throws {
        try await Self.with { desk, deal, lead, second, editor, _ in
            let asked = try await desk.ask(.stage, stage: "signed", on: deal, by: lead, seconds: 60)
            let refused = try await fault("approval_open") {
                try await desk.ask(.stage, stage: "signed", on: deal, by: editor)
            }
            #expect(refused.status == .alreadyExists)
            _ = try await desk.ask(.stage, stage: "pitch", on: deal, by: editor)
            desk.clock.advance(seconds: 60)
            let over = try await fault("approval_over") {
                try await desk.decide(.approve, asked, on: deal, as: second)
            }
            #expect(over.status == .failedPrecondition)
            _ = try await desk.ask(.stage, stage: "signed", on: deal, by: editor)
            let listed = try await desk.approvals(of: deal, as: lead).items
            #expect(listed.count == 3 && listed.filter { $0.status == .expired }.map(\.id) == [asked.id])
        }
    }

    @Test func whatDoesNotFitIsNamed() async throws {
        try await Self.with { desk, deal, lead, second, _, _ in
            func details(_ kind: ApprovalKind, stage: String? = nil, seconds: Int64? = nil) async throws -> [String] {
                try await fault("validation_failed") {
                    try await desk.ask(kind, stage: stage, on: deal, by: lead, seconds: seconds)
                }.details
            }
            #expect(try await details(.stage) == ["stage required"])
            #expect(try await details(.stage, stage: "roadshow") == ["stage unknown_stage"])
            #expect(
                try await details(.engagement, stage: "pitch", seconds: 0) == ["stage not_allowed", "until in_past"])
            #expect(try await details(.engagement, seconds: 90 * 86_400 + 1) == ["until too_late"])
            try await fault("deal_not_ended") { try await desk.ask(.reopen, on: deal, by: lead) }
            let asked = try await desk.ask(.engagement, on: deal, by: lead)
            let unsaid = try await fault("validation_failed") {
                try await desk.call(
                    DealMethods.decideApproval, ApprovalDecision(decision: .reject), as: second,
                    on: [deal.id.text, asked.id.text])
            }
            #expect(unsaid.details == ["note required"])
            _ = try await desk.move(deal, to: "lost", as: lead, reason: "price")
            try await fault("deal_ended") { try await desk.ask(.stage, stage: "pitch", on: deal, by: lead) }
        }
    }

    @Test func ofTwoDecisionsAtOnceOneWins() async throws {
        try await Self.with { desk, deal, lead, second, _, compliance in
            for round in 0..<8 {
                let asked = try await desk.ask(.engagement, on: deal, by: lead)
                let choices = [(ApprovalChoice.approve, second), (.reject, compliance)]
                let won = await withTaskGroup(of: Bool.self) { group in
                    for (choice, person) in choices {
                        group.addTask {
                            (try? await desk.decide(choice, asked, on: deal, as: person)) != nil
                        }
                    }
                    return await group.reduce(into: 0) { count, won in if won { count += 1 } }
                }
                #expect(won == 1, "round \(round)")
            }
            let decided = try await desk.events().filter { $0.type == EventType.dealApprovalDecided }
            #expect(decided.count == 8)
        }
    }

    @Test func anApprovalOfAnotherVersionIsRefused() async throws {
        try await Self.with { desk, deal, lead, second, _, compliance in
            let asked = try await desk.ask(.engagement, on: deal, by: lead)
            _ = try await desk.decide(.approve, asked, on: deal, as: second)
            try await fault("version_mismatch") {
                try await desk.decide(.reject, asked, on: deal, as: compliance, ifMatch: 1)
            }
        }
    }

    @Test func allAreListedByPages() async throws {
        try await Self.with { desk, deal, lead, second, _, _ in
            var ids: [UUID] = []
            for _ in 0..<5 {
                desk.clock.advance(seconds: 1)
                let asked = try await desk.ask(.engagement, on: deal, by: lead)
                ids.append(try await desk.decide(.reject, asked, on: deal, as: second).id)
            }
            var (found, cursor): ([UUID], String?) = ([], nil)
            repeat {
                let page = try await desk.approvals(ApprovalQuery(limit: 2, cursor: cursor), of: deal, as: second)
                #expect(page.items.count <= 2)
                found += page.items.map(\.id)
                cursor = page.nextCursor
            } while cursor != nil
            #expect(found == ids.reversed())
            try await fault("cursor_invalid") {
                try await desk.approvals(ApprovalQuery(cursor: "x"), of: deal, as: second)
            }
            try await fault("query_invalid") {
                try await desk.approvals(ApprovalQuery(limit: 201), of: deal, as: second)
            }
        }
    }

    @Test(arguments: [Confidentiality.secret, .internal])
    func eventsTellWhatHappenedAndOfASecretDealNoMore(level: Confidentiality) async throws {
        try await Self.with(level) { desk, deal, lead, second, _, _ in
            let before = try await desk.events().count
            let asked = try await desk.ask(.stage, stage: "pitch", on: deal, by: lead)
            _ = try await desk.decide(.approve, asked, on: deal, as: second)
            let events = try await desk.events().dropFirst(before)
            #expect(events.map(\.type) == ["deal.approval.requested", "deal.approval.decided"])
            let fields = events.map { $0.changes.map(\.field) }
            let words = [["kind", "toStage", "reason"], ["kind", "toStage", "status", "note"]]
            #expect(
                fields == (level == .secret ? [["approvalId"], ["approvalId"]] : words.map { ["approvalId"] + $0 }))
        }
    }
}
