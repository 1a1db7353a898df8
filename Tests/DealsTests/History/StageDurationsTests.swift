import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct StageDurationsTests {
    /// A move at so many milliseconds.
    private static func move(
        _ from: (String, DealStatus)?, _ to: (String, DealStatus), _ direction: MoveDirection, at milliseconds: Int64
    ) -> StageTransition {
        StageTransition(
            id: UUID(), fromStage: from?.0, toStage: to.0, fromStatus: from?.1, toStatus: to.1, direction: direction,
            reason: nil, effectiveOn: .today, daysInFrom: 0, by: UUID(), at: Instant(milliseconds: milliseconds))
    }

    @Test func thereAndBackAddsUpAndTimeOnHoldIsToldApart() {
        let moves = [
            Self.move(nil, ("a", .active), .forward, at: 0),
            Self.move(("a", .active), ("b", .active), .forward, at: 10_000),
            Self.move(("b", .active), ("b", .onHold), .hold, at: 13_400),
            Self.move(("b", .onHold), ("b", .active), .resume, at: 20_000),
            Self.move(("b", .active), ("a", .active), .back, at: 21_700),
        ]
        let told = StageDurations.told(moves, now: Instant(milliseconds: 26_500))
        // 3.4 s and 1.7 s of work are 5.1: parts are not rounded.
        #expect(told.moves.map(\.secondsInFrom) == [0, 10, 3, 10, 11])
        #expect(
            told.stages == [
                StageTime(stage: "a", visits: 2, currentSeconds: 4, cumulativeSeconds: 14, onHoldSeconds: 0),
                StageTime(stage: "b", visits: 1, currentSeconds: nil, cumulativeSeconds: 5, onHoldSeconds: 6),
            ])
    }

    @Test func anEndedDealStandsNowhereUntilItIsOpenedAgain() {
        var moves = [
            Self.move(nil, ("a", .active), .forward, at: 0),
            Self.move(("a", .active), ("a", .lost), .end, at: 5_000),
        ]
        let lost = StageDurations.told(moves, now: Instant(milliseconds: 99_000)).stages
        #expect(
            lost == [StageTime(stage: "a", visits: 1, currentSeconds: nil, cumulativeSeconds: 5, onHoldSeconds: 0)])
        moves.append(Self.move(("a", .lost), ("a", .active), .reopen, at: 100_000))
        let told = StageDurations.told(moves, now: Instant(milliseconds: 102_000))
        #expect(told.moves.last?.secondsInFrom == 5)
        #expect(
            told.stages == [StageTime(stage: "a", visits: 2, currentSeconds: 2, cumulativeSeconds: 7, onHoldSeconds: 0)]
        )
    }

    @Test func aClockThatWasSetBackTakesNoTimeAway() {
        let moves = [
            Self.move(nil, ("a", .active), .forward, at: 10_000),
            Self.move(("a", .active), ("b", .active), .forward, at: 4_000),
        ]
        let told = StageDurations.told(moves, now: Instant(milliseconds: 8_000))
        #expect(told.moves.map(\.secondsInFrom) == [0, 0])
        #expect(told.stages.map(\.cumulativeSeconds) == [0, 0] && told.stages.last?.currentSeconds == 0)
    }

    /// All that passed until now was in some stage, on hold or not.
    @Test(arguments: 1...20)
    func theStagesShareTheWholeTime(seed: UInt64) {
        var random = SeededRandom(state: seed)
        var moves = [Self.move(nil, ("a", .active), .forward, at: 0)]
        var (at, stage, status) = (Int64(0), "a", DealStatus.active)
        for _ in 0..<40 {
            at += 1000 * Int64.random(in: 0...100_000, using: &random)
            let from = (stage, status)
            if Bool.random(using: &random) {
                status = status == .active ? .onHold : .active
                moves.append(Self.move(from, (stage, status), status == .active ? .resume : .hold, at: at))
            } else if status == .active {
                stage = ["a", "b", "c"].first { $0 != stage && Bool.random(using: &random) } ?? "d"
                if stage != from.0 { moves.append(Self.move(from, (stage, status), .back, at: at)) }
            }
        }
        let now = Instant(milliseconds: at + 7_000)
        let stages = StageDurations.told(moves, now: now).stages
        #expect(stages.reduce(0) { $0 + $1.cumulativeSeconds + $1.onHoldSeconds } == now.milliseconds / 1000)
        #expect(stages.filter { $0.currentSeconds != nil }.map(\.stage) == [stage])
    }

    @Test func theHistoryTellsTheTimeOfEachStage() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            desk.clock.advance(seconds: 90)
            _ = try await desk.move(deal, to: "pitch", as: banker) { $0.conflictStatus = .set(.pending) }
            desk.clock.advance(days: 2, seconds: 1)
            _ = try await desk.move(deal, to: "on_hold", as: banker, reason: "markets")
            desk.clock.advance(seconds: 30)
            let history = try await desk.call(DealMethods.history, Nothing(), as: banker, on: [deal.id.text])
            #expect(history.items.map(\.secondsInFrom) == [0, 90, 172_801])
            #expect(history.items.map(\.daysInFrom) == [0, 0, 2])
            #expect(
                history.stages == [
                    StageTime(
                        stage: "origination", visits: 1, currentSeconds: nil, cumulativeSeconds: 90, onHoldSeconds: 0),
                    StageTime(
                        stage: "pitch", visits: 1, currentSeconds: 172_801, cumulativeSeconds: 172_801,
                        onHoldSeconds: 30),
                ])
        }
    }
}
