import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct BidTests {
    @Test func roundsAreNumberedChangedAndClosed() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let letter = try await desk.link(.processLetter, in: deal, as: banker)
            let first = try await desk.round(on: deal, by: banker)
            let second = try await desk.round(.final, on: deal, by: banker)
            #expect((first.number, second.number, second.status) == (1, 2, .open))
            let closed = try await desk.change(first, on: deal, as: banker) {
                ($0.status, $0.processLetterId, $0.bidsDueOn) = (.set(.closed), .set(letter.id), .set(.tomorrow))
            }
            #expect((closed.status, closed.processLetterId, closed.version) == (.closed, letter.id, 2))
            #expect(try await desk.rounds(deal, as: banker) == [closed, second])
            try await fault("version_mismatch") {
                try await desk.change(first, on: deal, as: banker) { $0.name = .set("Other") }
            }
            let wrong = try await fault("validation_failed") {
                try await desk.change(closed, on: deal, as: banker) {
                    ($0.name, $0.processLetterId, $0.kind) = (.set(" "), .set(UUID()), .clear)
                }
            }
            #expect(wrong.details == ["name too_short", "kind required", "processLetterId unknown_document"])
            let buyer = try await desk.bidder("Contoso", on: deal, by: banker)
            try await fault("round_closed") {
                try await desk.bid("5", of: buyer, in: 1, on: deal, by: banker)
            }
            #expect(try await desk.events(of: EventType.dealRoundAdded).count == 2)
            let updated = try #require(try await desk.events(of: EventType.dealRoundUpdated).first)
            #expect(updated.changes.map(\.field) == ["roundId", "bidsDueOn", "processLetterId", "status"])
        }
    }

    @Test func aNewerBidTakesThePlaceOfTheOlder() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.round(on: deal, by: banker)
            let buyer = try await desk.bidder("Contoso", on: deal, by: banker)
            let first = try await desk.bid("100", of: buyer, in: 1, on: deal, by: banker)
            let second = try await desk.bid("110", of: buyer, in: 1, on: deal, by: banker)
            #expect((second.supersedes, second.status) == (first.id, .current))
            let late = try await desk.bid("90", of: buyer, in: 1, on: deal, by: banker) { $0.receivedOn = .yesterday }
            #expect(late.status == .superseded)
            let page = try await desk.bids(deal, as: banker)
            #expect(page.items.map(\.id) == [late.id, second.id, first.id])
            #expect(page.items.map(\.status) == [.superseded, .current, .superseded])
            let over = try #require(page.items.last)
            try await fault("bid_over") { try await desk.change(over, on: deal, as: banker) { $0.score = .set(1) } }
            try await fault("bid_over") { try await desk.withdraw(over, on: deal, as: banker) }

            let scored = try await desk.change(second, on: deal, as: banker) { $0.score = .set(80) }
            #expect((scored.score, scored.version) == (80, 2))
            #expect(try await desk.change(scored, on: deal, as: banker) { $0.score = .set(80) } == scored)
            try await fault("version_mismatch") { try await desk.withdraw(second, on: deal, as: banker) }
            let gone = try await desk.withdraw(scored, on: deal, as: banker)
            #expect((gone.status, gone.withdrawalReason, gone.withdrawnBy) == (.withdrawn, "no money", banker.id))
            #expect(try await desk.grid(deal, as: banker).rows.isEmpty)
            _ = try await desk.bid("120", of: buyer, in: 1, on: deal, by: banker)

            let events = try await desk.events(of: EventType.dealBidWithdrawn)
            #expect(
                events.first?.changes.map(\.field) == ["bidId", "counterpartyId", "status", "withdrawalReason"])
            #expect(try await desk.events(of: EventType.dealBidAdded).count == 4)
        }
    }

    @Test func everythingWrongWithABidIsToldAtOnce() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let other = try await desk.deal("Hawk", by: banker)
            _ = try await desk.round(on: deal, by: banker)
            let (own, theirs) = (
                try await desk.bidder("Contoso", on: deal, by: banker),
                try await desk.bidder("Fabrikam", on: other, by: banker)
            )
            let (low, high) = (try Exact.money("10"), try Exact.money("5"))
            let wrong = try await fault("validation_failed") {
                try await desk.bid("1", of: theirs, in: 3, on: deal, by: banker) {
                    $0.price = BidPrice(low: low, high: high, basis: .perShare)
                    ($0.form, $0.score, $0.exclusivityDays) = (.mix, 101, 0)
                    ($0.receivedOn, $0.expiresOn, $0.note) = (.tomorrow, .today, "")
                }
            }
            #expect(
                wrong.details == [
                    "price.high below_low", "exclusivityDays out_of_range", "score out_of_range", "note too_short",
                    "round unknown_round", "counterpartyId unknown_counterparty", "receivedOn in_future",
                    "expiresOn before_receipt", "cashPercent required",
                ])
            let euro = try Exact.money("12", "EUR")
            let prices = [
                (BidPrice(low: low, high: euro, basis: .perShare), "price.high currency_differs"),
                (BidPrice(point: try Exact.money("0"), basis: .perShare), "price out_of_range"),
            ]
            for (price, detail) in prices {
                let told = try await fault("validation_failed") {
                    try await desk.bid("1", of: own, in: 1, on: deal, by: banker) { $0.price = price }
                }
                #expect(told.details == [detail])
            }
            let half = try await fault("validation_failed") {
                try await desk.bid("1", of: own, in: 1, on: deal, by: banker) { $0.price.low = low }
            }
            #expect(half.details == ["price point_or_range"])
            let same = try await desk.bid("1", of: own, in: 1, on: deal, by: banker) {
                $0.price = BidPrice(low: low, high: low, basis: .perShare)
                ($0.form, $0.cashPercent) = (.mix, Percent("40"))
            }
            #expect(same.price == BidPrice(point: low, basis: .perShare))
            let cash = try await fault("validation_failed") {
                try await desk.change(same, on: deal, as: banker) { $0.form = .set(.cash) }
            }
            #expect(cash.details == ["cashPercent not_allowed"])
        }
    }

    @Test func pagesWalkAllBids() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            for _ in 0..<2 { _ = try await desk.round(on: deal, by: banker) }
            let buyer = try await desk.bidder("Contoso", on: deal, by: banker)
            for count in 0..<5 {
                _ = try await desk.bid("\(100 + count)", of: buyer, in: 1 + count % 2, on: deal, by: banker)
            }
            var (amounts, cursor): ([String], String?) = ([], nil)
            repeat {
                let page = try await desk.bids(deal, as: banker, DealBidQuery(limit: 2, cursor: cursor))
                amounts += page.items.compactMap { $0.price.point?.amount }
                cursor = page.nextCursor
            } while cursor != nil
            #expect(amounts == ["104.00", "103.00", "102.00", "101.00", "100.00"])
            let second = try await desk.bids(deal, as: banker, DealBidQuery(round: 2))
            #expect(second.items.map(\.round) == [2, 2])
            try await fault("cursor_invalid") { try await desk.bids(deal, as: banker, DealBidQuery(cursor: "x")) }
            try await fault("query_invalid") { try await desk.bids(deal, as: banker, DealBidQuery(limit: 0)) }
        }
    }

    @Test func whoReadsTheDealReadsItsBidsAndNoMore() async throws {
        try await Desk.with { desk in
            let (banker, reader, outsider) = (desk.person(.banker), desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker, confidentiality: .secret)
            _ = try await desk.round(on: deal, by: banker)
            let buyer = try await desk.bidder("Zephyr", on: deal, by: banker)
            let bid = try await desk.bid("1", of: buyer, in: 1, on: deal, by: banker)
            _ = try await desk.add(reader, to: deal, by: banker, access: .read)
            #expect(try await desk.bids(deal, as: reader).items == [bid])
            #expect(try await desk.grid(deal, as: reader).rows.count == 1)
            try await fault("access_too_low") { try await desk.withdraw(bid, on: deal, as: reader) }
            try await fault("access_too_low") { try await desk.round(on: deal, by: reader) }
            try await fault("not_found") { try await desk.bids(deal, as: outsider) }
            // A bid under another deal is none.
            let own = try await desk.deal("Own", by: outsider)
            try await fault("not_found") { try await desk.withdraw(bid, on: own, as: outsider) }
            _ = try await desk.gridFile(deal.id.text, as: reader)
            #expect(!String(describing: try await desk.events()).contains("Zephyr"))
            let added = try #require(try await desk.events(of: EventType.dealBidAdded).first)
            #expect(added.changes.map(\.field) == ["bidId", "counterpartyId"])
        }
    }
}
