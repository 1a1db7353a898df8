import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

private func day(_ text: String) throws -> BusinessDate { try #require(BusinessDate(text: text)) }

struct TailTests {
    @Test func monthsEndWhereTheMonthDoes() throws {
        for (start, months, end) in [
            ("2026-01-31", 1, "2026-02-28"), ("2028-01-31", 1, "2028-02-29"), ("2026-11-02", 12, "2027-11-02"),
            ("2026-12-31", 2, "2027-02-28"), ("2026-08-31", 60, "2031-08-31"), ("2026-03-30", 11, "2027-02-28"),
            ("2026-12-15", 1, "2027-01-15"),
        ] {
            #expect(TailTerm.end(of: try day(start), months: months)?.text == end, "\(start)")
        }
        #expect(TailTerm.end(of: try day("2199-12-01"), months: 1) == nil)
    }

    /// Never more than the days that the month is short of, and one month more is never an earlier end.
    @Test func endsGrowWithMonths() throws {
        var random = SeededRandom(state: 4)
        for _ in 0..<500 {
            let start = BusinessDate.today.adding(days: Int.random(in: -9000...9000, using: &random))
            var last = start
            for months in 1...60 {
                let end = try #require(TailTerm.end(of: start, months: months))
                #expect(end > last && end.day <= start.day && start.day - end.day <= 3)
                #expect((end.year * 12 + end.month) - (start.year * 12 + start.month) == months)
                last = end
            }
        }
    }

    @Test func aTailIsAgreedChangedAndRemoved() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            try await fault("not_found") { try await desk.tail(deal, as: banker) }
            let buyer = try await desk.bidder("Contoso", on: deal, by: banker)
            let agreed = try await desk.setTail(12, of: deal, as: banker)
            #expect((agreed.months, agreed.startsOn, agreed.endsOn, agreed.version) == (12, nil, nil, 1))
            #expect(agreed.counterparties == nil && !agreed.startAgreed)
            try await fault("version_required") { try await desk.setTail(18, of: deal, as: banker) }
            #expect(try await desk.setTail(12, of: deal, as: banker, ifMatch: 1) == agreed)
            let other = try await desk.setTail(
                18, startsOn: day("2026-08-31"), of: deal, as: banker, ifMatch: 1, covers: [buyer])
            #expect((other.endsOn?.text, other.startAgreed, other.version) == ("2028-02-29", true, 2))
            #expect(other.counterparties == [TailCounterparty(id: buyer.id, name: "Contoso")])
            #expect(try await desk.tail(deal, as: banker) == other)
            try await fault("version_mismatch") { try await desk.removeTail(of: deal, as: banker, ifMatch: 1) }
            try await fault("version_required") { try await desk.removeTail(of: deal, as: banker, ifMatch: nil) }
            try await desk.removeTail(of: deal, as: banker, ifMatch: 2)
            try await fault("not_found") { try await desk.tail(deal, as: banker) }
            try await fault("version_mismatch") { try await desk.setTail(6, of: deal, as: banker, ifMatch: 2) }
            // Its versions go on, so that nobody takes the one for the other.
            let again = try await desk.setTail(6, of: deal, as: banker)
            #expect((again.version, again.counterparties == nil) == (4, true))

            let sets = try await desk.events(of: EventType.dealTailSet)
            #expect(
                sets.map { $0.changes.map(\.field) } == [
                    ["months", "counterparties"], ["months", "startsOn", "endsOn", "counterparties"],
                    ["months", "counterparties"],
                ])
            #expect(try await desk.events(of: EventType.dealTailRemoved).count == 1)
        }
    }

    @Test func everythingWrongIsToldAtOnce() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let (deal, other) = (try await desk.deal("Falcon", by: banker), try await desk.deal("Hawk", by: banker))
            let theirs = try await desk.bidder("Contoso", on: other, by: banker)
            let wrong = try await fault("validation_failed") {
                try await desk.setTail(61, startsOn: day("2199-12-31"), of: deal, as: banker, covers: [theirs])
            }
            #expect(
                wrong.details == [
                    "months out_of_range", "counterpartyIds unknown_counterparty", "startsOn out_of_range",
                ])
            let none = try await fault("validation_failed") {
                try await desk.setTail(6, of: deal, as: banker, covers: [])
            }
            #expect(none.details == ["counterpartyIds out_of_range"])
            let twice = try await fault("validation_failed") {
                try await desk.setTail(6, of: other, as: banker, covers: [theirs, theirs])
            }
            #expect(twice.details == ["counterpartyIds repeated"])
        }
    }

    @Test(arguments: ["lost", "withdrawn"])
    func theTailRunsFromTheDayOnWhichTheDealEnded(end: String) async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.setTail(12, of: deal, as: banker)
            #expect(try await desk.tails(as: banker).items.isEmpty)
            _ = try await desk.move(deal, to: end, as: banker, reason: "price")
            let running = try await desk.tail(deal, as: banker)
            #expect((running.startsOn, running.endsOn?.text, running.version) == (.today, "2027-11-02", 2))
            let started = try #require(try await desk.events(of: EventType.dealTailStarted).first)
            #expect(started.changes.map(\.field) == ["startsOn", "endsOn"])
            #expect(try await desk.tails(as: banker).items.map(\.dealId) == [deal.id])
            // Agreed anew, it still runs from that day.
            #expect(try await desk.setTail(6, of: deal, as: banker, ifMatch: 2).endsOn?.text == "2027-05-02")

            let asked = try await desk.ask(.reopen, on: deal, by: banker)
            _ = try await desk.decide(.approve, asked, on: deal, as: compliance)
            _ = try await desk.move(deal, to: "origination", as: banker, reason: "they called")
            let waiting = try await desk.tail(deal, as: banker)
            #expect((waiting.startsOn, waiting.endsOn, waiting.version) == (nil, nil, 4))
            #expect(try await desk.events(of: EventType.dealTailStopped).count == 1)
        }
    }

    @Test func aDayThatWasAgreedStays() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let agreed = try await desk.setTail(6, startsOn: day("2026-10-01"), of: deal, as: banker)
            _ = try await desk.move(deal, to: "lost", as: banker, reason: "price")
            #expect(try await desk.tail(deal, as: banker) == agreed)
            #expect(try await desk.events(of: EventType.dealTailStarted).isEmpty)
            // A pause ends nothing, and a deal without a tail has none afterwards.
            let other = try await desk.deal("Hawk", by: banker)
            _ = try await desk.move(other, to: "lost", as: banker, reason: "price")
            try await fault("not_found") { try await desk.tail(other, as: banker) }
        }
    }

    @Test(arguments: [
        "DELETE FROM deal_tail", "UPDATE deal_tail SET months = 7", "UPDATE deal_tail SET version = version + 2",
        "UPDATE deal_tail SET months = 61, version = version + 1",
        "UPDATE deal_tail SET starts_on = NULL, version = version + 1",
        "UPDATE deal_tail SET ends_on = starts_on, version = version + 1",
        "UPDATE deal_tail SET removed_ms = updated_ms, version = version + 1",
        "UPDATE deal_tail_counterparty SET counterparty_id = counterparty_id",
        "INSERT INTO deal_tail_counterparty SELECT deal_id, randomblob(16) FROM deal_tail",
    ])
    func theSchemaRefuses(sql: String) async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let buyer = try await desk.bidder("Contoso", on: deal, by: banker)
            _ = try await desk.setTail(6, startsOn: .today, of: deal, as: banker, covers: [buyer])
            await #expect(throws: DatabaseError.self) {
                try await desk.store.write { db in try db.execute(sql: sql) }
            }
        }
    }
}
