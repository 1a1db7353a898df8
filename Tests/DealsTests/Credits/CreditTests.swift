import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

struct CreditTests {
    @Test func sharesAreSetAndReplacedAsAWhole() async throws {
        try await Desk.with { desk in
            let (lead, second) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: lead)
            _ = try await desk.add(second, to: deal, by: lead, access: .edit)
            let none = try await desk.credits(deal, as: second)
            #expect(none == DealCredits(items: [], fees: [], unknownFees: 0, version: 0))

            let shares = [(lead, "66.666667"), (second, "33.333333")]
            try await fault("version_required") {
                try await desk.setCredits(shares, of: deal, as: lead, ifMatch: nil)
            }
            let set = try await desk.setCredits(shares, of: deal, as: lead, ifMatch: 0)
            #expect((set.version, set.items.map(\.share.text)) == (1, ["66.666667", "33.333333"]))
            #expect(set.items.map(\.userId) == [lead.id, second.id])
            #expect(set.items.allSatisfy { $0.name.hasPrefix("banker") })
            #expect(try await desk.setCredits(shares, of: deal, as: lead, ifMatch: 1) == set)
            try await fault("version_mismatch") {
                try await desk.setCredits(shares, of: deal, as: lead, ifMatch: 0)
            }
            // Who left keeps his share, and may be given another; somebody else who is not on the team gets none.
            try await desk.remove(second, from: deal, by: lead)
            let halves = [(second, "50"), (lead, "50")]
            #expect(
                try await desk.setCredits(halves, of: deal, as: lead, ifMatch: 1).items.map(\.userId).first == second.id
            )
            let empty = try await desk.setCredits([], of: deal, as: lead, ifMatch: 2)
            #expect((empty.items.isEmpty, empty.version) == (true, 3))
            let gone = try await fault("validation_failed") {
                try await desk.setCredits(halves, of: deal, as: lead, ifMatch: 3)
            }
            #expect(gone.details == ["items[0].userId not_on_team"])

            let events = try await desk.events(of: EventType.dealCreditsSet)
            #expect(events.count == 3)
            let texts = [
                "\(lead.id.text) 66.666667, \(second.id.text) 33.333333", "\(second.id.text) 50, \(lead.id.text) 50",
            ]
            #expect(
                events.flatMap(\.changes) == [
                    FieldChange("credits", before: nil, after: texts[0]),
                    FieldChange("credits", before: texts[0], after: texts[1]),
                    FieldChange("credits", before: texts[1], after: nil),
                ])
        }
    }

    @Test func sharesAreExactlyTheWhole() async throws {
        try await Desk.with { desk in
            let (lead, second) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: lead)
            _ = try await desk.add(second, to: deal, by: lead, access: .edit)
            let wrong: [([(Person, String)], [String])] = [
                ([(lead, "99.999999")], ["items not_whole"]),
                ([(lead, "60"), (second, "40.000001")], ["items not_whole"]),
                ([(lead, "50"), (lead, "50")], ["items[1].userId repeated"]),
                ([(lead, "100"), (second, "0")], ["items[1].share out_of_range"]),
                ([(lead, "100"), (desk.person(.banker), "1")], ["items[1].userId not_on_team", "items not_whole"]),
                (Array(repeating: (lead, "2"), count: 51), ["items too_many"]),
            ]
            for (shares, details) in wrong {
                let told = try await fault("validation_failed") {
                    try await desk.setCredits(shares, of: deal, as: lead, ifMatch: 0)
                }
                #expect(Array(told.details.prefix(details.count)) == details)
            }
            #expect(try await desk.events(of: EventType.dealCreditsSet).isEmpty)
        }
    }

    /// Ten dollars and one cent in three parts, and some yen that nobody can halve.
    @Test func partsOfTheFeesAreTheFees() async throws {
        try await Desk.with { desk in
            let people = [desk.person(.banker), desk.person(.banker), desk.person(.banker)]
            let deal = try await desk.deal("Falcon", by: people[0])
            for person in people.dropFirst() { _ = try await desk.add(person, to: deal, by: people[0], access: .edit) }
            for (amount, code) in [("4.01", "USD"), ("6.00", "USD"), ("7", "JPY")] {
                var terms = FeeTerms(kind: .retainer, basis: .flat, currency: code)
                terms.amount = try Exact.money(amount, code)
                let new = NewDealFee(terms: terms)
                _ = try await desk.call(DealMethods.addFee, new, as: people[0], on: [deal.id.text])
            }
            var percentage = FeeTerms(kind: .success, basis: .percent, currency: "USD")
            (percentage.base, percentage.percent) = (.enterpriseValue, try Exact.percent("1"))
            let unknown = NewDealFee(terms: percentage)
            _ = try await desk.call(DealMethods.addFee, unknown, as: people[0], on: [deal.id.text])
            let shares = [(people[0], "33.333333"), (people[1], "33.333333"), (people[2], "33.333334")]
            let credits = try await desk.setCredits(shares, of: deal, as: people[0], ifMatch: 0)
            #expect(credits.fees == [try Exact.money("7", "JPY"), try Exact.money("10.01")])
            #expect(credits.unknownFees == 1)
            #expect(credits.items.map { $0.fees.map(\.amount) } == [["2", "3.34"], ["2", "3.33"], ["3", "3.34"]])
        }
    }

    /// However the whole is cut, the parts are the amount, and each is within one unit of its exact part.
    @Test func partsAlwaysAddUp() throws {
        var random = SeededRandom(state: 20)
        let currency = try #require(Currency(code: "USD"))
        for _ in 0..<500 {
            let count = Int.random(in: 1...CreditForm.creditsMax, using: &random)
            var cuts = Set<Int64>()
            while cuts.count < count - 1 { cuts.insert(.random(in: 1..<Percent.wholeUnits, using: &random)) }
            let ends = cuts.sorted() + [Percent.wholeUnits]
            let shares = try zip(ends, [0] + ends).map { end, begin in
                NewDealCredit(userId: UUID(), share: try #require(Percent(units: end - begin)))
            }
            let total = Money(minorUnits: .random(in: 0 ... .max, using: &random), currency: currency)
            let form = try CreditForm(
                DealCreditsEdit(items: shares), team: Set(shares.map(\.userId)), holders: [])
            let credits = DealCredits(
                form.shares, version: 1, of: [FeeTotal(due: total, ours: total)], unknownFees: 0, names: [:])
            var sum: Int128 = 0
            for credit in credits.items {
                let units = Int128(credit.fees[0].minorUnits)
                sum += units
                let exact = ExactShare.numerator(total.minorUnits, credit.share)
                #expect(abs(units * Int128(Percent.wholeUnits) - exact) < Int128(Percent.wholeUnits))
            }
            #expect(sum == Int128(total.minorUnits))
        }
    }

    @Test func whoManagesTheDealSetsThem() async throws {
        try await Desk.with { desk in
            let (lead, editor, outsider) = (desk.person(.banker), desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: lead, confidentiality: .secret)
            _ = try await desk.add(editor, to: deal, by: lead, access: .edit)
            try await fault("access_too_low") {
                try await desk.setCredits([(editor, "100")], of: deal, as: editor, ifMatch: 0)
            }
            try await fault("not_found") {
                try await desk.setCredits([(outsider, "100")], of: deal, as: outsider, ifMatch: 0)
            }
            try await fault("not_found") { try await desk.credits(deal, as: outsider) }
            try await fault("not_found") { try await desk.credits(deal, as: desk.person(.compliance)) }
            _ = try await desk.setCredits([(editor, "100")], of: deal, as: lead, ifMatch: 0)
            let event = try #require(try await desk.events(of: EventType.dealCreditsSet).first)
            #expect(event.changes.isEmpty && event.subject.number == nil)
        }
    }

    @Test(arguments: [
        "DELETE FROM deal_credit", "UPDATE deal_credit SET share = 1", "DELETE FROM deal_credit_set",
        "UPDATE deal_credit_set SET version = version", "UPDATE deal_credit_set SET version = version + 2",
        "INSERT OR REPLACE INTO deal_credit_set SELECT * FROM deal_credit_set",
        "INSERT INTO deal_credit SELECT deal_id, version, 2, randomblob(16), 1 FROM deal_credit_set",
        "INSERT INTO deal_credit SELECT deal_id, version + 1, 2, randomblob(16), 0 FROM deal_credit_set",
        "INSERT INTO deal_credit SELECT deal_id, version + 2, 2, randomblob(16), 1 FROM deal_credit_set",
    ])
    func theSchemaRefuses(sql: String) async throws {
        try await Desk.with { desk in
            let lead = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: lead)
            _ = try await desk.setCredits([(lead, "100")], of: deal, as: lead, ifMatch: 0)
            await #expect(throws: DatabaseError.self) {
                try await desk.store.write { db in try db.execute(sql: sql) }
            }
        }
    }

    @Test func theSchemaTakesNoPartOfTheWhole() async throws {
        try await Desk.with { desk in
            let lead = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: lead)
            _ = try await desk.setCredits([(lead, "100")], of: deal, as: lead, ifMatch: 0)
            await #expect(throws: DatabaseError.self) {
                try await desk.store.write { db in
                    try db.execute(
                        sql: """
                            INSERT INTO deal_credit SELECT deal_id, version + 1, 1, randomblob(16), 99999999
                            FROM deal_credit_set
                            """)
                    try db.execute(sql: "UPDATE deal_credit_set SET version = version + 1")
                }
            }
        }
    }
}
