import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

/// A committee approves by two who neither asked nor lead the deal; one who rejects settles it.
struct CommitteeTests {
    private static func with(
        _ body: (Desk, Deal, _ lead: Person, _ editor: Person, _ members: [Person]) async throws -> Void
    ) async throws {
        try await Desk.with { desk in
            let (lead, editor) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: lead)
            _ = try await desk.add(editor, to: deal, by: lead, access: .edit)
            let members = [desk.person(.banker), desk.person(.banker)]
            for member in members { _ = try await desk.add(member, to: deal, by: lead, access: .manage, role: .md) }
            try await body(desk, deal, lead, editor, members)
        }
    }

    @Test func aCommitteeNeedsTwo() async throws {
        try await Self.with { desk, deal, lead, editor, members in
            let asked = try await desk.ask(.fairnessCommittee, on: deal, by: editor)
            #expect(asked.approvalsNeeded == 2 && asked.votes.isEmpty)
            try await fault("committee_without_lead") { try await desk.decide(.approve, asked, on: deal, as: lead) }
            try await fault("four_eyes") { try await desk.decide(.approve, asked, on: deal, as: editor) }
            let first = try await desk.decide(.approve, asked, on: deal, as: members[0], ifMatch: 1)
            #expect(first.status == .requested && first.version == 2 && first.decidedBy == nil)
            try await fault("already_voted") { try await desk.decide(.approve, asked, on: deal, as: members[0]) }
            try await fault("version_mismatch") {
                try await desk.decide(.approve, asked, on: deal, as: members[1], ifMatch: 1)
            }
            desk.clock.advance(seconds: 1)
            let given = try await desk.decide(.approve, asked, on: deal, as: members[1], ifMatch: 2)
            #expect(given.status == .approved && given.version == 3 && given.decidedBy == members[1].id)
            #expect(given.votes.map(\.userId) == members.map(\.id))
            #expect(try await desk.approvals(of: deal, as: editor).items == [given])
            let events = try await desk.events().map(\.type).filter { $0.hasPrefix("deal.approval") }
            #expect(events == ["deal.approval.requested", "deal.approval.voted", "deal.approval.decided"])
        }
    }

    @Test func oneWhoRejectsIsEnough() async throws {
        try await Self.with { desk, deal, _, editor, members in
            let asked = try await desk.ask(.fairnessCommittee, on: deal, by: editor)
            _ = try await desk.decide(.approve, asked, on: deal, as: members[0])
            let refused = try await desk.decide(.reject, asked, on: deal, as: desk.person(.compliance))
            #expect(refused.status == .rejected && refused.votes.map(\.vote) == [.approve, .reject])
            try await fault("already_decided") { try await desk.decide(.approve, asked, on: deal, as: members[1]) }
        }
    }

    @Test func whatWaitsForOneIsListed() async throws {
        try await Self.with { desk, deal, lead, editor, members in
            let compliance = desk.person(.compliance)
            func mine(_ person: Person) async throws -> [UUID] {
                try await desk.call(DealMethods.openApprovals, OpenApprovalQuery(mine: true), as: person).items
                    .map(\.approval.id)
            }
            func all(_ person: Person) async throws -> [UUID] {
                try await desk.call(DealMethods.openApprovals, OpenApprovalQuery(), as: person).items
                    .map(\.approval.id)
            }
            let later = try await desk.ask(.fairnessCommittee, on: deal, by: editor, seconds: 900)
            let sooner = try await desk.ask(.engagement, on: deal, by: members[0], seconds: 600)
            #expect(try await mine(lead) == [sooner.id])
            #expect(try await mine(members[0]) == [later.id])
            #expect(try await mine(members[1]) == [sooner.id, later.id])
            #expect(try await mine(compliance) == [sooner.id, later.id])
            #expect(try await mine(editor) == [])
            #expect(try await all(editor) == [sooner.id, later.id])
            for role in [Role.banker, .observer] { #expect(try await all(desk.person(role)) == []) }
            _ = try await desk.decide(.approve, later, on: deal, as: members[1])
            #expect(try await mine(members[1]) == [sooner.id])
            let first = try await desk.call(DealMethods.openApprovals, OpenApprovalQuery(limit: 1), as: compliance)
            #expect(first.items.map(\.dealNumber) == [deal.number])
            let last = try await desk.call(
                DealMethods.openApprovals, OpenApprovalQuery(limit: 1, cursor: first.nextCursor), as: compliance)
            #expect(last.items.map(\.approval.id) == [later.id] && last.nextCursor == nil)
            desk.clock.advance(seconds: 700)
            #expect(try await all(compliance) == [later.id])
        }
    }

    @Test func ofASecretDealNothingIsListed() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let deal = try await desk.deal("Falcon", by: banker, confidentiality: .secret)
            _ = try await desk.ask(.engagement, on: deal, by: banker)
            for query in [OpenApprovalQuery(), OpenApprovalQuery(mine: true)] {
                let page = try await desk.call(DealMethods.openApprovals, query, as: compliance)
                #expect(page.items.isEmpty && page.nextCursor == nil)
            }
        }
    }

    @Test(arguments: [
        "DELETE FROM approval_vote", "UPDATE approval_vote SET vote = 'reject', note = 'x'",
        "INSERT OR REPLACE INTO approval_vote SELECT * FROM approval_vote",
        "INSERT INTO approval_vote SELECT id, requested_by, 'approve', NULL, 0, 0 FROM approval",
    ])
    func theSchemaRefuses(sql: String) async throws {
        try await Self.with { desk, deal, _, editor, members in
            let asked = try await desk.ask(.fairnessCommittee, on: deal, by: editor)
            _ = try await desk.decide(.approve, asked, on: deal, as: members[0])
            await #expect(throws: DatabaseError.self) {
                try await desk.store.write { db in try db.execute(sql: sql) }
            }
        }
    }
}
