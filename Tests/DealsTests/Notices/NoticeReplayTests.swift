import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// Going on from a number, and what a quiet stream says.
struct NoticeReplayTests {
    @Test func whatCameAfterANumberIsReplayedInOrder() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.updates(4, of: deal, as: banker)
            let watch = try await desk.watch(banker, after: 2)
            #expect(try await watch.next().sequences == [3, 4, 5])
        }
    }

    @Test func withoutANumberOnlyWhatComesIsTold() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let watch = try await desk.watch(banker)
            _ = try await desk.updates(1, of: deal, as: banker)
            #expect(try await watch.next().sequences == [2])
        }
    }

    @Test func aReplayLongerThanAPageComesWhole() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.updates(NoticeStore.pageMax + 9, of: deal, as: banker)
            let watch = try await desk.watch(banker, after: 0)
            let (first, second) = (try await watch.next(), try await watch.next())
            #expect(first.count == NoticeStore.pageMax && second.count == 10)
            #expect((first + second).sequences == Array(1...Int64(NoticeStore.pageMax + 10)))
        }
    }

    @Test func whatIsTooOldIsNotReplayed() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let updated = try await desk.updates(Int(NoticeStore.replayMax), of: deal, as: banker)
            let newest = try await desk.newest()
            let watch = try await desk.watch(banker, after: 0)
            #expect(try await watch.next() == [DealNotice(sequence: newest, kind: .resync)])
            let inTime = try await desk.watch(banker, after: 1)
            #expect(try await inTime.next().first?.sequence == 2)
            _ = try await desk.updates(1, of: updated, as: banker)
            #expect(try await watch.next().sequences == [newest + 1])
        }
    }

    @Test func aNumberAheadOfARestoredStoreAsksToLoadAfresh() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let watch = try await desk.watch(banker, after: 900)
            #expect(try await watch.next() == [DealNotice(sequence: 1, kind: .resync)])
            _ = try await desk.updates(1, of: deal, as: banker)
            #expect(try await watch.next().sequences == [2])
        }
    }

    @Test(
        arguments: [
            (0, 1, 0, true), (0, 1, 1000, true), (0, 1, 1001, false), (5, 1, 5, true), (6, 1, 5, false),
            (9, 10, 12, true),
            (8, 10, 12, false), (Int64.max, 1, 5, false),
        ] as [(Int64, Int64, Int64, Bool)])
    func replayNeedsAllThatCameSince(after: Int64, oldest: Int64, newest: Int64, canReplay: Bool) {
        #expect(NoticeStore.canReplay(after: after, oldest: oldest, newest: newest) == canReplay)
    }

    @Test func aQuietStreamBeats() async throws {
        try await Desk.with(beat: .milliseconds(5)) { desk in
            let banker = desk.person(.banker)
            _ = try await desk.deal("Falcon", by: banker)
            let watch = try await desk.watch(banker)
            for _ in 0..<3 {
                #expect(try await watch.next() == [DealNotice(sequence: 1, kind: .heartbeat)])
            }
        }
    }

    @Test func hiddenEventsMoveTheHeartbeatAndNothingElse() async throws {
        try await Desk.with(beat: .milliseconds(5)) { desk in
            let (banker, stranger) = (desk.person(.banker), desk.person(.banker))
            let watch = try await desk.watch(stranger)
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.updates(5, of: deal, as: banker)
            var last: Int64 = 0
            while last < 6 {
                let notices = try await watch.next()
                #expect(notices.kinds == [.heartbeat])
                #expect(notices.allSatisfy { $0.sequence >= last && $0.dealId == nil && $0.id == nil })
                last = notices.last?.sequence ?? last
            }
            #expect(last == 6)
        }
    }

    /// A page that goes on from a heartbeat misses nothing and gets nothing twice.
    @Test func aHeartbeatIsAPlaceToGoOnFrom() async throws {
        try await Desk.with(beat: .zero) { desk in
            let (banker, second) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker)
            let own = try await desk.deal("Hawk", by: second)
            let hidden = try await desk.updates(2, of: deal, as: banker)
            let watch = try await desk.watch(second, after: 2)
            #expect(try await watch.next() == [DealNotice(sequence: 4, kind: .heartbeat)])
            _ = try await desk.updates(1, of: own, as: second)
            _ = try await desk.updates(1, of: hidden, as: banker)
            let next = try await desk.watch(second, after: 4)
            #expect(try await next.next().sequences == [5])
            #expect(try await next.next() == [DealNotice(sequence: 6, kind: .heartbeat)])
        }
    }
}
