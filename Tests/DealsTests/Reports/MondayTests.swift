import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// The page of Monday's meeting: what stands on it, and above all what does not.
struct MondayTests {
    private static func page(_ desk: Desk, _ query: MondayQuery = MondayQuery(), as person: Person) async throws
        -> String
    {
        try await desk.call(DealMethods.monday, query, as: person).html
    }

    /// A deal with everything that has a real name in it.
    private static func deal(
        _ desk: Desk, _ codeName: String, by banker: Person, confidentiality: Confidentiality? = nil
    ) async throws -> Deal {
        let deal = try await desk.deal(
            codeName, by: banker, client: "Zephyr Foods", confidentiality: confidentiality)
        let named = try await desk.update(deal, as: banker) {
            $0.realName = .set("Sale of Zephyr Foods")
            $0.targetName = .set("Zephyr Bakery")
            $0.description = .set("Zephyr is sold")
            $0.nextStep = .set("call Zephyr")
            $0.expectedCloseOn = .set(.tomorrow)
            $0.probability = .set(50)
        }
        let task = NewDealTask(title: "Meet Zephyr", dueOn: .today, milestone: true)
        _ = try await desk.call(DealMethods.addTask, task, as: banker, on: [deal.id.text])
        _ = try await desk.fee("100", on: named, as: banker)
        return named
    }

    @Test func onlyCodeNamesAreOnIt() async throws {
        try await Desk.with { desk in
            let (admin, banker, compliance) = (desk.person(.admin), desk.person(.banker), desk.person(.compliance))
            _ = try await desk.edit(as: admin) { $0.change("origination") { $0.staleAfterDays = 1 } }
            let lost = try await Self.deal(desk, "Heron", by: banker)
            _ = try await Self.deal(desk, "Falcon", by: banker)
            let move = Move(toStage: "lost", reason: "Zephyr wants no sale", reasonCode: .client)
            _ = try await desk.call(DealMethods.move, move, as: banker, on: [lost.id.text])
            for person in [banker, compliance] {
                let page = try await Self.page(desk, as: person)
                #expect(!page.contains("Zephyr"))
                #expect(page.contains("Falcon") && page.contains("Milestone") && page.contains("Expected close"))
                #expect(page.contains("50.00"), "the weighted fee")
                #expect(page.contains("client"), "why the other was lost")
            }
            desk.clock.advance(days: 7)
            let later = try await Self.page(desk, as: banker)
            #expect(later.contains("Stale deals") && !later.contains("Zephyr"))
            let before = try await Self.page(desk, MondayQuery(asOf: .today), as: banker)
            #expect(before.contains("2026-11-02") && !before.contains("Zephyr"))
            try await fault("query_invalid") {
                try await Self.page(desk, MondayQuery(asOf: .today.adding(days: 30)), as: banker)
            }
        }
    }

    @Test func nobodyReadsOfDealsThatAreNotHis() async throws {
        try await Desk.with { desk in
            let (banker, stranger, compliance) = (desk.person(.banker), desk.person(.banker), desk.person(.compliance))
            let empty = try await Self.page(desk, as: stranger)
            let blinded = try await Self.page(desk, as: desk.person(.management))
            _ = try await Self.deal(desk, "Falcon", by: banker)
            _ = try await Self.deal(desk, "Hawk", by: banker, confidentiality: .secret)
            #expect(try await Self.page(desk, as: stranger) == empty)
            #expect(try await Self.page(desk, as: banker).contains("Hawk"))
            let told = try await Self.page(desk, as: compliance)
            #expect(told.contains("Falcon") && !told.contains("Hawk"))
            let manager = try await Self.page(desk, as: desk.person(.management))
            #expect(!manager.contains("Falcon") && !manager.contains("100.00"))
            #expect(blinded.count > 0)
            try await fault("forbidden") { try await Self.page(desk, as: desk.person(.admin)) }
        }
    }

    @Test func whateverStandsInDataIsText() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            _ = try await Self.deal(desk, "<script>alert(1)</script> & \"x\"", by: banker)
            let page = try await Self.page(desk, as: banker)
            #expect(!page.contains("<script"))
            #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot;"))
            #expect(!page.contains(" style=") && !page.contains("<style"))
            #expect(page.contains("<link rel=\"stylesheet\" href=\"/monday.css\">"))
        }
    }

    @Test func eachSheetSaysWhoTookItAndWhen() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let page = try await Self.page(desk, as: banker)
            #expect(page.contains("banker \(banker.id.text.suffix(4)) · 2026-11-02T09:00:00.000Z"))
            #expect(page.contains("Code names only"))
        }
    }

    @Test func escapingLeavesNothingThatMarksUp() {
        let text = (0...0x2FF).compactMap { UnicodeScalar($0 as UInt32) }.map(String.init).joined()
        let escaped = ReportHTML.escaped(text)
        #expect(!escaped.contains("<") && !escaped.contains(">") && !escaped.contains("\""))
        #expect(ReportHTML.escaped("a\u{202E}b") == "a\u{FFFD}b")
    }

    @Test(arguments: [
        ("0.00", "0.00"), ("-1.5", "-1.5"), ("1234567.89", "1\u{202F}234\u{202F}567.89"), ("-1000", "-1\u{202F}000"),
    ])
    func amountsAreGrouped(amount: String, grouped: String) { #expect(ReportCell.grouped(amount) == grouped) }
}
