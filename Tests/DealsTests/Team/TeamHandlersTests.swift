import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct TeamHandlersTests {
    @Test func aMemberIsAddedByIdOrByMail() async throws {
        try await Desk.with { desk in
            let (banker, second, third) = (desk.person(.banker), desk.person(.banker), desk.person(.observer))
            let deal = try await desk.deal("Falcon", by: banker)
            let member = try await desk.add(second, to: deal, by: banker, access: .edit, role: .vp)
            #expect(member.userId == second.id && member.name == second.user().name && member.addedBy == banker.id)
            let byMail = NewTeamMember(email: third.email, role: .observer, access: .read, reason: "expert")
            let observer = try await desk.call(DealMethods.addMember, byMail, as: banker, on: [deal.number])
            #expect(observer.userId == third.id)
            let team = try await desk.call(DealMethods.team, Nothing(), as: third, on: [deal.id.text]).items
            #expect(team.map(\.userId) == [banker.id, second.id, third.id])
            let events = try await desk.events().filter { $0.type == EventType.dealTeamAdded }
            #expect(
                events.map { $0.changes.first }
                    == [second, third].map { FieldChange("userId", before: nil, after: $0.id.text) })
            #expect(events.first?.changes.map(\.field) == ["userId", "role", "access", "reason"])
            #expect(events.allSatisfy { $0.subject.kind == "deal" && $0.subject.number == deal.number })
        }
    }

    @Test func whoNeverSeesDealsDoesNotJoinAndReadersOnlyRead() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            func details(_ person: Person, _ access: TeamAccess) async throws -> [String] {
                try await fault("validation_failed") {
                    try await desk.add(person, to: deal, by: banker, access: access)
                }.details
            }
            #expect(try await details(desk.person(.admin), .read) == ["userId role_not_allowed"])
            #expect(try await details(desk.person(.management), .read) == ["userId role_not_allowed"])
            #expect(try await details(desk.person(.observer), .edit) == ["access read_only_role"])
            #expect(try await details(desk.person(.compliance), .manage) == ["access read_only_role"])
            #expect(try await details(desk.person(.banker, .disabled), .edit) == ["userId user_disabled"])
            #expect(try await details(Person(.banker), .edit) == ["userId unknown_user"])
            #expect(try await desk.events().count == 1)
        }
    }

    @Test func exactlyOneNameAndAReasonAreWanted() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let both = NewTeamMember(userId: UUID(), email: "a@b", role: .vp, access: .edit, reason: " ")
            let neither = NewTeamMember(role: .vp, access: .edit, reason: "x")
            let refused = try await fault("validation_failed") {
                try await desk.call(DealMethods.addMember, both, as: banker, on: [deal.id.text])
            }
            #expect(refused.details == ["userId exactly_one", "reason too_short"])
            try await fault("validation_failed") {
                try await desk.call(DealMethods.addMember, neither, as: banker, on: [deal.id.text])
            }
        }
    }

    @Test func onlyManagersChangeTheTeam() async throws {
        try await Desk.with { desk in
            let (banker, editor, third, compliance) = (
                desk.person(.banker), desk.person(.banker), desk.person(.banker), desk.person(.compliance)
            )
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.add(editor, to: deal, by: banker, access: .edit)
            let questions = desk.people.questions
            for person in [editor, compliance] {
                try await fault("access_too_low") { try await desk.add(third, to: deal, by: person, access: .read) }
                try await fault("access_too_low") { try await desk.remove(editor, from: deal, by: person) }
            }
            try await fault("not_found") { try await desk.add(third, to: deal, by: third, access: .manage) }
            #expect(desk.people.questions == questions)
        }
    }

    @Test func nobodyJoinsTwice() async throws {
        try await Desk.with { desk in
            let (banker, second) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.add(second, to: deal, by: banker, access: .edit)
            let refused = try await fault("already_member") {
                try await desk.add(second, to: deal, by: banker, access: .manage)
            }
            #expect(refused.status == .alreadyExists)
        }
    }

    @Test func leavingEndsAccessAtOnceAndTheRowStays() async throws {
        try await Desk.with { desk in
            let (banker, second) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.add(second, to: deal, by: banker, access: .manage)
            #expect(try await desk.list(as: second).items.count == 1)
            try await desk.remove(second, from: deal, by: banker)
            try await fault("not_found") { try await desk.get(deal, as: second) }
            #expect(try await desk.list(DealQuery(count: true), as: second).total == 0)
            #expect(try await desk.call(DealMethods.team, Nothing(), as: banker, on: [deal.id.text]).items.count == 1)
            try await fault("not_found") { try await desk.remove(second, from: deal, by: banker) }
            #expect(try await desk.events().last?.type == EventType.dealTeamRemoved)
            _ = try await desk.add(second, to: deal, by: banker, access: .read)
            #expect(try await desk.get(deal, as: second) == deal)
        }
    }

    @Test func theLeadCannotLeave() async throws {
        try await Desk.with { desk in
            let (banker, second) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.add(second, to: deal, by: banker, access: .manage)
            try await fault("lead_cannot_leave") { try await desk.remove(banker, from: deal, by: second) }
            _ = try await desk.update(deal, as: banker) { $0.leadId = .set(second.id) }
            try await desk.remove(banker, from: deal, by: second)
            try await fault("not_found") { try await desk.get(deal, as: banker) }
        }
    }

    @Test func counterpartiesAreUniqueByNameAndBelongToTheirDeal() async throws {
        try await Desk.with { desk in
            let (banker, reader) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker)
            let other = try await desk.deal("Hawk", by: banker)
            _ = try await desk.add(reader, to: deal, by: banker, access: .read)
            let new = NewCounterparty(name: "Borealis SE", kind: .strategic, tier: "A", country: "SE")
            let added = try await desk.call(DealMethods.addCounterparty, new, as: banker, on: [deal.id.text])
            let again = NewCounterparty(name: " borealis  se", kind: .sponsor)
            let refused = try await fault("counterparty_exists") {
                try await desk.call(DealMethods.addCounterparty, again, as: banker, on: [deal.id.text])
            }
            #expect(refused.status == .alreadyExists)
            _ = try await desk.call(DealMethods.addCounterparty, again, as: banker, on: [other.id.text])
            let list = try await desk.call(DealMethods.counterparties, Nothing(), as: reader, on: [deal.id.text])
            #expect(list.items == [added])
            try await fault("access_too_low") {
                try await desk.call(DealMethods.addCounterparty, again, as: reader, on: [deal.id.text])
            }
            let bad = NewCounterparty(name: " ", kind: .other, tier: "D", country: "swe")
            let invalid = try await fault("validation_failed") {
                try await desk.call(DealMethods.addCounterparty, bad, as: banker, on: [deal.id.text])
            }
            #expect(invalid.details == ["name too_short", "tier invalid", "country invalid"])
        }
    }

    @Test func eventsArePulledInOrderWithinLimits() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            for name in ["One", "Two", "Three"] { _ = try await desk.deal(name, by: banker) }
            let page = try await desk.call(
                EventMethods.pull, EventPull(after: 1, limit: 1, waitMilliseconds: 0), as: nil)
            #expect(page.events.map(\.sequence) == [2] && page.newest == 3)
            let bad = EventPull(after: -1, limit: 501, waitMilliseconds: 20_001)
            let refused = try await fault("validation_failed") { try await desk.call(EventMethods.pull, bad, as: nil) }
            #expect(refused.errors.count == 3)
        }
    }
}
