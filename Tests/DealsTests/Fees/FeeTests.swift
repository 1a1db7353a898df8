import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

struct FeeTests {
    /// A deal of 200 million of enterprise value.
    private static func deal(_ desk: Desk, by banker: Person) async throws -> Deal {
        let deal = try await desk.deal("Falcon", by: banker)
        return try await desk.update(deal, as: banker) { $0.enterpriseValue = .set(Desk.money("200000000")) }
    }

    @Test func feesAreAddedChangedAndRemoved() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await Self.deal(desk, by: banker)
            let success = try await desk.addFee(
                NewDealFee(terms: Desk.success, title: "Success fee"), to: deal, as: banker)
            #expect((success.status, success.version, success.due) == (.planned, 1, Desk.money("2000000")))
            var terms = Desk.retainer
            (terms.creditedAgainst, terms.creditPercent) = (success.id, Desk.percent("50"))
            let retainer = try await desk.addFee(NewDealFee(terms: terms, status: .contracted), to: deal, as: banker)
            var list = try await desk.fees(deal, as: banker)
            #expect(list.items.map(\.due) == [Desk.money("1975000"), Desk.money("50000")])
            #expect(list.totals == [FeeTotal(due: Desk.money("2025000"), ours: Desk.money("2025000"))])
            #expect(list.unknown == 0)

            let invoiced = try await desk.change(retainer, on: deal, as: banker) {
                ($0.status, $0.actual) = (.set(.invoiced), .set(Desk.money("50000")))
            }
            #expect((invoiced.status, invoiced.version) == (.invoiced, 2))
            #expect(try await desk.change(invoiced, on: deal, as: banker) { $0.status = .set(.invoiced) } == invoiced)
            try await fault("version_mismatch") {
                try await desk.change(retainer, on: deal, as: banker) { $0.title = .set("Retainer") }
            }
            try await fault("fee_has_credits") { try await desk.remove(list.items[0], from: deal, as: banker) }
            try await desk.remove(invoiced, from: deal, as: banker)
            try await fault("not_found") { try await desk.remove(invoiced, from: deal, as: banker) }
            list = try await desk.fees(deal, as: banker)
            #expect(list.items.map(\.due) == [Desk.money("2000000")])

            let added = try #require(try await desk.events(of: EventType.dealFeeAdded).first)
            #expect(added.changes.map(\.field) == ["feeId", "terms", "title", "status"])
            let updated = try #require(try await desk.events(of: EventType.dealFeeUpdated).first)
            #expect(updated.changes.map(\.field) == ["feeId", "status", "actual"])
            #expect(try await desk.events(of: EventType.dealFeeRemoved).count == 1)
        }
    }

    @Test func whatFeesComeToFollowsTheDeal() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let fee = try await desk.addFee(NewDealFee(terms: Desk.success), to: deal, as: banker)
            #expect((fee.due, fee.ours) == (nil, nil))
            #expect(try await desk.fees(deal, as: banker).unknown == 1)
            let valued = try await desk.update(deal, as: banker) { $0.enterpriseValue = .set(Desk.money("100000000")) }
            let now = try #require(try await desk.fees(deal, as: banker).items.first)
            // Nobody agreed anything: the fee is the same version.
            #expect((now.due, now.version) == (Desk.money("1000000"), 1))
            _ = try await desk.update(valued, as: banker) { $0.enterpriseValue = .set(Desk.money("9000000", "EUR")) }
            #expect(try await desk.fees(deal, as: banker).items.first?.due == nil)
            let line = try #require(try await desk.preview(deal, as: banker).lines.first)
            #expect(line.unknown == .baseInOtherCurrency)
        }
    }

    @Test func previewTellsEachStepAndChangesNothing() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await Self.deal(desk, by: banker)
            var terms = Desk.success
            (terms.minimum, terms.ourShare) = (Desk.money("1500000"), Desk.percent("60"))
            let success = try await desk.addFee(NewDealFee(terms: terms), to: deal, as: banker)
            var retainer = Desk.retainer
            retainer.creditedAgainst = success.id
            let credit = try await desk.addFee(NewDealFee(terms: retainer), to: deal, as: banker)
            let before = try await (desk.fees(deal, as: banker).items, desk.events().count)
            let preview = try await desk.preview(
                deal, FeePreviewQuery(enterpriseValue: "100000000.00", currency: "USD"), as: banker)
            let line = try #require(preview.lines.first)
            #expect(line.computed == Desk.money("1000000"))
            #expect((line.limit, line.amount) == (.minimum, Desk.money("1500000")))
            #expect(line.credits == [FeeCredit(feeId: credit.id, amount: Desk.money("50000"))])
            #expect((line.due, line.ours) == (Desk.money("1450000"), Desk.money("870000")))
            #expect(preview.enterpriseValue == Desk.money("100000000"))
            #expect(preview.totals == [FeeTotal(due: Desk.money("1500000"), ours: Desk.money("920000"))])
            let after = try await (desk.fees(deal, as: banker).items, desk.events().count)
            #expect(before.0 == after.0 && before.1 == after.1)
        }
    }

    @Test(arguments: [
        (FeePreviewQuery(enterpriseValue: "-1"), "enterpriseValue"),
        (FeePreviewQuery(equityValue: "1.001"), "equityValue"),
        (FeePreviewQuery(proceeds: "many", currency: "USD"), "proceeds"),
        (FeePreviewQuery(proceeds: "1", currency: "XYZ"), "currency"),
    ])
    func previewRefusesWhatIsNoAmount(query: FeePreviewQuery, field: String) async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await Self.deal(desk, by: banker)
            let refusal = try await fault("validation_failed") { try await desk.preview(deal, query, as: banker) }
            #expect(refusal.errors.map(\.field) == [field])
        }
    }

    @Test func allThatIsWrongIsToldAtOnce() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await Self.deal(desk, by: banker)
            var terms = FeeTerms(kind: .success, basis: .tiered, currency: "USD")
            terms.tiers = [
                FeeTier(upTo: Desk.money("10"), percent: Desk.percent("1")),
                FeeTier(upTo: Desk.money("5"), percent: Desk.percent("2")),
            ]
            (terms.minimum, terms.cap) = (Desk.money("9"), Desk.money("8"))
            let new = NewDealFee(terms: terms, title: "", status: .paid)
            let refusal = try await fault("validation_failed") { try await desk.addFee(new, to: deal, as: banker) }
            #expect(
                Set(refusal.errors.map(\.field)) == [
                    "status", "title", "actual", "paidOn", "terms.base", "terms.tiers[1].upTo", "terms.minimum",
                ])
            let fee = try await desk.addFee(NewDealFee(terms: Desk.success), to: deal, as: banker)
            let waived = try await self.errors {
                try await desk.change(fee, on: deal, as: banker) {
                    ($0.status, $0.actual) = (.set(.waived), .set(Desk.money("1", "EUR")))
                }
            }
            #expect(waived == ["waiveReason", "actual.currency"])
            #expect(try await desk.fees(deal, as: banker).items == [fee])
        }
    }

    @Test func aDealHasAHundredFees() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await Self.deal(desk, by: banker)
            for _ in 0..<FeeRules.feesMax {
                _ = try await desk.addFee(NewDealFee(terms: Desk.retainer), to: deal, as: banker)
            }
            try await fault("fees_full") {
                try await desk.addFee(NewDealFee(terms: Desk.retainer), to: deal, as: banker)
            }
        }
    }

    @Test func whoReadsTheDealReadsItsFeesAndNoMore() async throws {
        try await Desk.with { desk in
            let (banker, reader) = (desk.person(.banker), desk.person(.banker))
            let deal = try await Self.deal(desk, by: banker)
            _ = try await desk.add(reader, to: deal, by: banker, access: .read)
            let fee = try await desk.addFee(NewDealFee(terms: Desk.success), to: deal, as: banker)
            #expect(try await desk.fees(deal, as: reader).items == [fee])
            #expect(try await desk.preview(deal, as: reader).lines.count == 1)
            try await fault("access_too_low") {
                try await desk.addFee(NewDealFee(terms: Desk.retainer), to: deal, as: reader)
            }
            try await fault("access_too_low") { try await desk.remove(fee, from: deal, as: reader) }
            try await fault("forbidden") { try await desk.fees(deal, as: desk.person(.management)) }
        }
    }

    @Test(arguments: [
        "DELETE FROM fee", "UPDATE fee SET terms = '{}'", "UPDATE fee SET terms = '1', version = version + 1",
        "UPDATE fee SET deal_id = randomblob(16)",
        "UPDATE fee SET status = 'paid', version = version + 1", "UPDATE fee SET due_minor = -1, ours_minor = -1",
        "UPDATE fee SET ours_minor = due_minor + 1", "UPDATE fee SET status = 'waived', version = version + 1",
    ])
    func theTableRefusesWhatCannotBe(sql: String) async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await Self.deal(desk, by: banker)
            _ = try await desk.addFee(NewDealFee(terms: Desk.success), to: deal, as: banker)
            await #expect(throws: (any Error).self) { try await desk.store.write { db in try db.execute(sql: sql) } }
        }
    }

    private func errors(_ call: () async throws -> DealFee) async throws -> [String] {
        try await fault("validation_failed") { try await call() }.errors.map(\.field)
    }
}
