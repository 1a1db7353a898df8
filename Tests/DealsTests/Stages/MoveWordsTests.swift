import Contracts
import RPC
import Testing

@testable import deals

/// What a mover says beside where the deal goes.
struct MoveWordsTests {
    private static func assess(_ move: Move, _ facts: DealFacts = DealFacts()) -> Assessment {
        EngineFixture.engine(EngineFixture.ready(at: "marketing"), facts).assess(move)
    }

    @Test func aPauseHasADayOfReview() {
        let bare = Self.assess(Move(toStage: "on_hold", reason: "markets"))
        #expect(bare.unmet.isEmpty && bare.warnings.codes == ["review_on_missing"])
        #expect(Self.assess(Move(toStage: "on_hold", reason: "markets", reviewOn: .tomorrow)).warnings.isEmpty)
        #expect(Self.assess(Move(toStage: "on_hold", reason: "m", reviewOn: .yesterday)).unmet.codes == ["in_past"])
        #expect(Self.assess(Move(toStage: "round_1", reviewOn: .tomorrow)).unmet.codes == ["not_allowed"])
    }

    @Test func whatWasLostToACompetitorNamesHim() {
        func codes(_ code: OutcomeCode?, _ lostTo: String?, to stage: String = "lost") -> [String] {
            Self.assess(Move(toStage: stage, reason: "r", reasonCode: code, lostTo: lostTo)).unmet
                .map { "\($0.field) \($0.code)" }
        }
        #expect(codes(.competitor, nil) == ["lostTo lost_to_missing"])
        #expect(codes(.competitor, "  ") == ["lostTo lost_to_missing"])
        #expect(codes(.competitor, "Contoso & Co") == [])
        #expect(codes(.competitor, String(repeating: "x", count: 201)) == ["lostTo too_long"])
        #expect(codes(.price, "Contoso & Co") == ["lostTo not_allowed"])
        #expect(codes(.competitor, nil, to: "withdrawn") == ["reasonCode invalid"])
        #expect(codes(.price, nil, to: "withdrawn") == [])
        #expect(codes(.price, nil, to: "round_1") == ["reasonCode not_allowed"])
        #expect(codes(nil, nil) == [])
    }

    @Test func anEndWarnsOfOpenTasksAndOfALossWithoutACode() {
        let facts = DealFacts(openTasks: 2, openCriticalTasks: 1)
        let lost = Self.assess(Move(toStage: "lost", reason: "r"), facts)
        #expect(lost.unmet.isEmpty && lost.warnings.codes == ["reason_code_missing", "tasks_open"])
        #expect(Self.assess(Move(toStage: "withdrawn", reason: "r")).warnings.isEmpty)
        #expect(
            Self.assess(Move(toStage: "withdrawn", reason: "r"), facts).warnings.map(\.message) == [
                "2 tasks are still open; finish them or give them to others."
            ])
    }

    @Test func wordsStayInTheHistory() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            var deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.call(
                DealMethods.addTask, NewDealTask(title: "Call the client"), as: banker, on: [deal.id.text])
            let held = try await desk.moved(
                deal, Move(toStage: "on_hold", reason: "markets", reviewOn: .tomorrow), as: banker)
            #expect(held.warnings.isEmpty)
            let lost = try await desk.moved(
                deal, Move(toStage: "lost", reason: "fee", reasonCode: .competitor, lostTo: " Contoso & Co "),
                as: banker)
            #expect(lost.warnings.codes == ["tasks_open"])
            deal = lost.deal
            let rows = try await desk.history(deal, as: banker).suffix(2)
            #expect(rows.map(\.reviewOn) == [.tomorrow, nil])
            #expect(rows.map(\.reasonCode) == [nil, .competitor] && rows.last?.lostTo == "Contoso & Co")
            #expect(rows.map(\.warnings.codes) == [[], ["tasks_open"]])
            let event = try #require(try await desk.events().last)
            #expect(event.changes.contains(FieldChange("lostTo", before: nil, after: "Contoso & Co")))
        }
    }

    /// The answer has the deal's own members and its warnings beside them.
    @Test func aMovedDealIsADealWithWarnings() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let data = try await desk.bytes(
                DealMethods.move, Move(toStage: "on_hold", reason: "markets"), as: banker, on: [deal.id.text])
            let text = String(decoding: data, as: UTF8.self)
            #expect(text.contains(#""status":"on_hold""#) && text.contains(#""code":"review_on_missing""#))
        }
    }
}
