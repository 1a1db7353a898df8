import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct DealAsOfTests {
    /// Whatever was changed and moved since, each version is answered as it was answered then.
    @Test(arguments: 1...4)
    func everyVersionIsReadAgainByteForByte(seed: UInt64) async throws {
        try await Desk.with { desk in
            var random = SeededRandom(state: seed)
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            var deal = try await desk.deal("Falcon", by: banker)
            var answered: [(at: Instant, version: Int64, bytes: Data)] = []
            for step in 0..<60 {
                answered.append((desk.clock.now(), deal.version, try await Self.read(deal, desk, banker)))
                desk.clock.advance(seconds: Int64.random(in: 1...90_000, using: &random))
                deal = try await Self.change(deal, step, desk, banker, compliance, &random)
            }
            let last = try await Self.read(deal, desk, banker)
            for (index, old) in answered.enumerated() {
                let next = index + 1 < answered.count ? answered[index + 1].at : desk.clock.now()
                // What is no longer so by the next change is so until its very millisecond.
                let until = index + 1 < answered.count ? Instant(milliseconds: next.milliseconds - 1) : old.at
                for instant in [old.at, until] where instant >= old.at {
                    let moment = DealMoment(asOf: instant.text)
                    let bytes = try await desk.bytes(DealMethods.getAsOf, moment, as: banker, on: [deal.number])
                    #expect(bytes == old.bytes, "version \(old.version)")
                }
            }
            let now = DealMoment(asOf: desk.clock.now().text)
            #expect(try await desk.bytes(DealMethods.getAsOf, now, as: banker, on: [deal.id.text]) == last)
        }
    }

    private static func read(_ deal: Deal, _ desk: Desk, _ person: Person) async throws -> Data {
        try await desk.bytes(DealMethods.get, Nothing(), as: person, on: [deal.id.text])
    }

    /// One change of some kind, or none where the rules refuse it.
    private static func change(
        _ deal: Deal, _ step: Int, _ desk: Desk, _ banker: Person, _ compliance: Person, _ random: inout SeededRandom
    ) async throws -> Deal {
        let words = ["a", "b\n\"quoted\" \\ ü", "x, y: {z}", "/path/", "\u{1F600}"]
        let word = words.randomElement(using: &random) ?? ""
        let (minor, percent) = (
            Int64.random(in: 0...9_999_999, using: &random), Int.random(in: 0...100, using: &random)
        )
        do {
            switch Int.random(in: 0..<9, using: &random) {
            case 0: return try await desk.update(deal, as: banker) { $0.description = .set("\(word) \(step)") }
            case 1: return try await desk.update(deal, as: banker) { $0.description = .clear }
            case 2:
                guard let currency = Currency(code: "JPY") else { return deal }
                return try await desk.update(deal, as: banker) {
                    $0.value = .set(Money(minorUnits: minor, currency: currency))
                    $0.sector = .set("Sector \(step)")
                }
            case 3: return try await desk.update(deal, as: banker) { $0.probability = .set(percent) }
            case 4:
                return try await desk.update(deal, as: banker) {
                    ($0.value, $0.probability, $0.expectedCloseOn) = (.clear, .clear, .set(.tomorrow))
                }
            case 5: return try await desk.update(deal, as: banker) { $0.clientName = .set("Client \(step)") }
            case 6: return try await desk.decide(.cleared, deal, as: compliance, expiresOn: nil)
            case 7:
                let stage = step % 2 == 0 ? "pitch" : "origination"
                return try await desk.move(deal, to: stage, as: banker, reason: word) { $0.nextStep = .set("n\(step)") }
            default:
                return try await desk.move(
                    deal, to: deal.status == .active ? "on_hold" : "active", as: banker, reason: "r")
            }
        } catch is RPCFault { return try await desk.get(deal, as: banker) }
    }

    @Test func aDayStandsForItsEnd() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let first = try await desk.deal("Falcon", by: banker)
            desk.clock.advance(seconds: 60)
            let second = try await desk.update(first, as: banker) { $0.sector = .set("Food") }
            desk.clock.advance(days: 1)
            let third = try await desk.update(second, as: banker) { $0.sector = .set("Steel") }
            #expect(try await desk.deal(first, asOf: BusinessDate.today.text, as: banker) == second)
            // The present day is not over: it stands for now.
            #expect(try await desk.deal(first, asOf: BusinessDate.tomorrow.text, as: banker) == third)
        }
    }

    @Test func beforeItsCreationThereWasNoDealAndTheFutureIsNotKnown() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            for early in [BusinessDate.yesterday.text, "2026-11-02T08:59:59.999Z"] {
                let refused = try await fault("deal_not_yet_created") {
                    try await desk.deal(deal, asOf: early, as: banker)
                }
                #expect(refused.status == .notFound)
            }
            for late in [BusinessDate.tomorrow.text, "2026-11-02T09:00:00.001Z"] {
                let refused = try await fault("validation_failed") {
                    try await desk.deal(deal, asOf: late, as: banker)
                }
                #expect(refused.details == ["asOf in_future"])
            }
            for bad in ["soon", "", "2026-02-30", "2026-11-02T09:00:00+01:00"] {
                let refused = try await fault("validation_failed") { try await desk.deal(deal, asOf: bad, as: banker) }
                #expect(refused.details == ["asOf invalid"])
            }
            try await fault("validation_failed") {
                try await desk.send(DealMethods.get, json: #"{"at":"2026-11-02"}"#, as: banker, on: [deal.id.text])
            }
        }
    }

    /// Who sees the deal now sees what it was; who does not any more sees nothing of the time in which he did.
    @Test func thePastIsAsOpenAsThePresent() async throws {
        try await Desk.with { desk in
            let (banker, second) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.add(second, to: deal, by: banker, access: .read)
            let then = desk.clock.now().text
            desk.clock.advance(days: 1)
            #expect(try await desk.deal(deal, asOf: then, as: second) == deal)
            try await desk.remove(second, from: deal, by: banker)
            try await fault("not_found") { try await desk.deal(deal, asOf: then, as: second) }
            try await fault("not_found") { try await desk.changes(of: deal, as: second) }
            try await fault("not_found") { try await desk.timeline(of: deal, as: second) }
        }
    }
}
