import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// Compliance reads in an emergency what is closed to it, for an hour, and everybody who manages it sees that.
struct BreakGlassTests {
    @Test func complianceReadsASecretDealForAnHour() async throws {
        try await Desk.with { desk in
            let (banker, compliance, other) = (
                desk.person(.banker), desk.person(.compliance), desk.person(.compliance)
            )
            let deal = try await desk.deal("Falcon", by: banker, confidentiality: .secret)
            let entry = try await desk.breakGlass(deal.number, as: compliance)
            #expect(entry.basis == .breakGlass && entry.access == .read && entry.userId == compliance.id)
            #expect(entry.to == desk.clock.now().advanced(bySeconds: 3600))
            #expect(try await desk.get(deal, as: compliance) == deal)
            #expect(try await desk.list(as: compliance).items == [deal])
            #expect(try await desk.access(deal, as: banker).items.contains(entry))
            try await fault("access_too_low") { try await desk.decide(.cleared, deal, as: compliance) }
            try await fault("not_found") { try await desk.get(deal, as: other) }
            desk.clock.advance(seconds: 3600)
            try await fault("not_found") { try await desk.get(deal, as: compliance) }
            #expect(try await desk.list(as: compliance).items.isEmpty)
            #expect(try await desk.breakGlass(deal.id.text, as: compliance).basis == .breakGlass)
        }
    }

    @Test func itIsAnAlertThatNamesNothing() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let deal = try await desk.deal("Falcon", by: banker, confidentiality: .secret)
            let watch = try await desk.watch(banker)
            _ = try await desk.breakGlass(deal.id.text, as: compliance)
            let event = try #require(try await desk.events().last)
            #expect(event.type == "deal.break_glass" && event.actor.id == compliance.id.text)
            #expect(event.changes.isEmpty && event.subject.number == nil)
            #expect(try await watch.next().types == [EventType.dealBreakGlass])
        }
    }

    @Test func whoSeesTheDealBreaksNoGlass() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let open = try await desk.deal("Hawk", by: banker)
            try await fault("break_glass_not_needed") { try await desk.breakGlass(open.id.text, as: compliance) }
            let secret = try await desk.deal("Falcon", by: banker, confidentiality: .secret)
            _ = try await desk.breakGlass(secret.id.text, as: compliance)
            try await fault("break_glass_not_needed") { try await desk.breakGlass(secret.id.text, as: compliance) }
        }
    }

    @Test(arguments: Role.allCases.filter { $0 != .compliance })
    func otherRolesGetOneAnswerWhateverTheyName(role: Role) async throws {
        try await Desk.with { desk in
            let (banker, person) = (desk.person(.banker), desk.person(role))
            let deal = try await desk.deal("Falcon", by: banker, confidentiality: .secret)
            var answers: [RPCFault] = []
            for reference in [deal.id.text, deal.number, UUIDv7.make().text, "D-2026-0999", "x"] {
                answers.append(try await fault("forbidden") { try await desk.breakGlass(reference, as: person) })
            }
            #expect(answers.allSatisfy { $0 == answers.first })
            #expect(try await desk.events().count == 1)
        }
    }

    @Test func aDealThatIsNotThereAndAReasonThatIsNoneAreRefused() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let deal = try await desk.deal("Falcon", by: banker, confidentiality: .secret)
            try await fault("not_found") { try await desk.breakGlass(UUIDv7.make().text, as: compliance) }
            let refused = try await fault("validation_failed") {
                try await desk.call(
                    DealMethods.breakGlass, BreakGlass(reason: " because  "), as: compliance, on: [deal.id.text])
            }
            #expect(refused.details == ["reason too_short"])
            try await fault("not_found") { try await desk.get(deal, as: compliance) }
        }
    }
}
