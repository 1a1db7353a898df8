import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct StageChanceTests {
    @Test func liveDealsWithTheChanceOfTheirStageFollow() async throws {
        try await Desk.with { desk in
            let (admin, banker) = (desk.person(.admin), desk.person(.banker))
            let follows = try await desk.deal("Falcon", by: banker)
            let own = try await desk.update(desk.deal("Hawk", by: banker), as: banker) { $0.probability = .set(5) }
            let other = try await desk.deal("Heron", by: banker, type: .buySideMA)
            let lost = try await desk.move(desk.deal("Owl", by: banker), to: "lost", as: banker, reason: "price")
            // Encoded once, so that a copy is remembered.
            #expect(try await desk.list(as: banker).items.count == 4)
            let events = try await desk.events().count
            desk.clock.advance(days: 1)
            _ = try await desk.edit(as: admin) { $0.change("origination") { $0.probability = 8 } }
            let now = try await desk.get(follows, as: banker)
            #expect(now.probability == 8 && now.probabilitySource == .stage)
            #expect(now.version == follows.version + 1 && now.updatedAt == follows.updatedAt)
            #expect(try await desk.list(as: banker).items.first { $0.id == now.id } == now)
            for deal in [own, other, lost] { #expect(try await desk.get(deal, as: banker) == deal) }
            #expect(try await desk.events().count == events + 1)
            try await fault("version_mismatch") {
                try await desk.update(follows, as: banker) { $0.probability = .set(20) }
            }
            // Whoever changes another field is not held up by it.
            #expect(try await desk.update(follows, as: banker) { $0.sector = .set("Food") }.probability == 8)
        }
    }

    /// The version that follows the pipeline is read again as it was answered: nobody had worked on the deal.
    @Test func thePastKnowsTheVersionThatFollowedByteForByte() async throws {
        try await Desk.with { desk in
            let (admin, banker) = (desk.person(.admin), desk.person(.banker))
            let deal = try await desk.update(desk.deal("Falcon", by: banker), as: banker) { $0.sector = .set("Food") }
            func read(asOf instant: Instant?) async throws -> Data {
                let path = [deal.id.text]
                guard let instant else { return try await desk.bytes(DealMethods.get, Nothing(), as: banker, on: path) }
                let moment = DealMoment(asOf: instant.text)
                return try await desk.bytes(DealMethods.getAsOf, moment, as: banker, on: path)
            }
            desk.clock.advance(seconds: 60)
            _ = try await desk.edit(as: admin) { $0.change("origination") { $0.probability = 8 } }
            let (then, followed) = (desk.clock.now(), try await read(asOf: nil))
            #expect(try await read(asOf: then) == followed)
            desk.clock.advance(seconds: 60)
            _ = try await desk.edit(as: admin) { $0.change("origination") { $0.probability = 9 } }
            _ = try await desk.update(desk.get(deal, as: banker), as: banker) { $0.sector = .set("Steel") }
            desk.clock.advance(seconds: 60)
            #expect(try await read(asOf: then) == followed)
            let now = try await read(asOf: nil)
            #expect(try await read(asOf: desk.clock.now()) == now)
        }
    }

    /// A clock that was set back makes no version older than the one before it.
    @Test func aClockThatWasSetBackPutsTheNewChanceBehindTheLastChange() async throws {
        try await Desk.with { desk in
            let (admin, banker) = (desk.person(.admin), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker)
            desk.clock.advance(seconds: 60)
            let changed = try await desk.update(deal, as: banker) { $0.sector = .set("Food") }
            desk.clock.advance(seconds: -30)
            _ = try await desk.edit(as: admin) { $0.change("origination") { $0.probability = 8 } }
            let newest = try #require(try await desk.changes(of: deal, as: banker).items.first)
            #expect(newest.version == 3 && newest.at == changed.updatedAt)
            desk.clock.advance(seconds: 30)
            let now = try await desk.get(deal, as: banker)
            #expect(try await desk.deal(deal, asOf: desk.clock.now().text, as: banker) == now)
            #expect(now.probability == 8 && now.updatedAt == changed.updatedAt)
        }
    }

    /// Whoever restores a deal finds it where its pipeline has it by then.
    @Test func deletedDealsFollowTheirPipelineToo() async throws {
        try await Desk.with { desk in
            let (admin, banker) = (desk.person(.admin), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker)
            let asked = try await desk.update(deal, as: banker) { $0.conflictStatus = .set(.pending) }
            let gone = try await desk.delete(desk.move(asked, to: "pitch", as: banker), as: banker)
            _ = try await desk.edit(as: admin) { $0.change("pitch") { $0.probability = 12 } }
            _ = try await desk.edit(as: admin) { $0.remove("pitch", to: "mandated") }
            let found = try await desk.get(gone, as: banker)
            #expect(found.deletedAt != nil && found.stage == "mandated")
            #expect(try await desk.restore(found, as: banker).stage == "mandated")
        }
    }

    @Test func anEstimateThatIsGivenUpTakesTheChanceOfTheStageAsItStands() async throws {
        try await Desk.with { desk in
            let (admin, banker) = (desk.person(.admin), desk.person(.banker))
            let own = try await desk.update(desk.deal("Hawk", by: banker), as: banker) { $0.probability = .set(50) }
            _ = try await desk.edit(as: admin) { $0.change("origination") { $0.probability = 8 } }
            #expect(try await desk.update(own, as: banker) { $0.probability = .clear }.probability == 8)
        }
    }
}
