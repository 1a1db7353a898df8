import Contracts
import Events
import Foundation
import RPC
import Storage
import Testing

@testable import deals

/// Who is told what, and when.
struct NoticeTests {
    @Test func aMemberIsToldIdsAndNoMore() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let watch = try await desk.watch(banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let notices = try await watch.next()
            let event = try #require(try await desk.events().first)
            let told = DealNotice(
                sequence: 1, kind: .event, id: event.id, type: EventType.dealCreated, dealId: deal.id, dealVersion: 1,
                time: event.time)
            #expect(notices == [told])
            let json = String(decoding: try StrictJSON.encode(told), as: UTF8.self)
            #expect(!json.contains("Falcon") && !json.contains("Aurora") && !json.contains(deal.number))
            #expect(json.contains(deal.id.text))
        }
    }

    @Test func aCommitWakesWhoWaits() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let watches = [try await desk.watch(banker), try await desk.watch(banker)]
            try await withThrowingTaskGroup { tasks in
                for watch in watches { tasks.addTask { try await watch.next() } }
                _ = try await desk.updates(1, of: deal, as: banker)
                for try await notices in tasks { #expect(notices.types == [EventType.dealUpdated]) }
            }
        }
    }

    @Test func aStrangerIsToldNothing() async throws {
        try await Desk.with { desk in
            let (banker, stranger) = (desk.person(.banker), desk.person(.banker))
            let watch = try await desk.watch(stranger, after: 0)
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.updates(3, of: deal, as: banker)
            let own = try await desk.deal("Hawk", by: stranger)
            let notices = try await watch.next()
            #expect(notices.map(\.dealId) == [own.id] && notices.sequences == [5])
        }
    }

    @Test func whoIsTakenOffATeamIsToldNothingOfTheDealFromThenOn() async throws {
        try await Desk.with { desk in
            let (banker, second) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.add(second, to: deal, by: banker, access: .edit)
            let watch = try await desk.watch(second)
            let updated = try await desk.updates(1, of: deal, as: banker)
            #expect(try await watch.next().sequences == [3])
            // Neither what happened before the removal and was not sent yet, nor the removal, nor what follows.
            let again = try await desk.updates(1, of: updated, as: banker)
            try await desk.remove(second, from: deal, by: banker)
            _ = try await desk.updates(1, of: again, as: banker)
            let own = try await desk.deal("Hawk", by: second)
            #expect(try await watch.next().map(\.dealId) == [own.id])
        }
    }

    @Test func whoJoinsATeamIsToldFromThenOn() async throws {
        try await Desk.with { desk in
            let (banker, second) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker)
            let watch = try await desk.watch(second)
            let updated = try await desk.updates(1, of: deal, as: banker)
            let own = try await desk.deal("Hawk", by: second)
            #expect(try await watch.next().map(\.dealId) == [own.id])
            _ = try await desk.add(second, to: deal, by: banker, access: .read)
            #expect(try await watch.next().types == [EventType.dealTeamAdded])
            _ = try await desk.updates(1, of: updated, as: banker)
            #expect(try await watch.next().types == [EventType.dealUpdated])
            // A replay shows what he may see now, also of the time before.
            let replay = try await desk.watch(second, after: 0)
            #expect(try await replay.next().sequences == [1, 2, 3, 4, 5])
        }
    }

    @Test func complianceLosesSightOfADealThatBecomesSecret() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let watch = try await desk.watch(compliance)
            let deal = try await desk.deal("Falcon", by: banker)
            #expect(try await watch.next().sequences == [1])
            _ = try await desk.update(deal, as: banker) { $0.confidentiality = .set(.secret) }
            let open = try await desk.deal("Hawk", by: banker)
            #expect(try await watch.next().map(\.dealId) == [open.id])
        }
    }

    @Test func aReaderThatIsBehindIsCutOffWhenHeLosesSight() async throws {
        try await Desk.with { desk in
            let (banker, second) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.add(second, to: deal, by: banker, access: .edit)
            let watch = try await desk.watch(second, after: 0)
            let notices = try await watch.next()
            #expect(notices.sequences == [1, 2])
            let (sent, continuation) = AsyncStream.makeStream(of: Int64.self)
            async let refused = fault("access_changed") {
                try await watch.deliver(notices) { notice in
                    continuation.yield(notice.sequence)
                    try await Task.sleep(for: .seconds(3600))
                }
            }
            var sending = sent.makeAsyncIterator()
            #expect(await sending.next() == 1)
            try await desk.remove(second, from: deal, by: banker)
            #expect(try await refused.status == .aborted)
            continuation.finish()
            #expect(await sending.next() == nil)
        }
    }

    @Test func whatIsDeliveredInTimeGoesOn() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let watch = try await desk.watch(banker, after: 0)
            let updated = try await desk.updates(1, of: deal, as: banker)
            let (sent, continuation) = AsyncStream.makeStream(of: Int64.self)
            try await watch.deliver(try await watch.next()) { continuation.yield($0.sequence) }
            _ = try await desk.updates(1, of: updated, as: banker)
            try await watch.deliver(try await watch.next()) { continuation.yield($0.sequence) }
            continuation.finish()
            #expect(await sent.reduce(into: []) { $0.append($1) } == [1, 2, 3])
        }
    }

    @Test func eventsOfOtherTopicsAreNotSent() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let watch = try await desk.watch(banker)
            let other = Event(
                type: EventType.userCreated, time: .now, actor: .service("test"),
                subject: EventSubject(kind: "user", id: deal.id.text))
            try await desk.store.write { db in try EventFeed.append(other, in: db) }
            _ = try await desk.updates(1, of: deal, as: banker)
            #expect(try await watch.next().types == [EventType.dealUpdated])
        }
    }

    @Test func waitingEndsWhenCancelled() async throws {
        try await Desk.with { desk in
            let watch = try await desk.watch(desk.person(.banker))
            await withThrowingTaskGroup { tasks in
                tasks.addTask { try await watch.next() }
                tasks.cancelAll()
                await #expect(throws: CancellationError.self) { try await tasks.next() }
            }
        }
    }

    @Test func onlyWhoMayReadDealsMayWatch() async throws {
        try await Desk.with { desk in
            for role in [Role.admin, .management] {
                try await fault("forbidden") { try await desk.watch(desk.person(role)) }
            }
            let nobody = RPCContext(peer: Peer.gateway)
            try await fault("unauthenticated") { try await desk.notices.join(NoticesFrom(), nobody) }
            let refused = try await fault("validation_failed") {
                try await desk.watch(desk.person(.banker), after: -1)
            }
            #expect(refused.details == ["after out_of_range"])
            #expect(desk.notices.watching == 0)
        }
    }

    @Test func aNinthStreamOfOneUserIsRefusedUntilOneEnds() async throws {
        try await Desk.with { desk in
            let (banker, second) = (desk.person(.banker), desk.person(.banker))
            var watches: [NoticeWatch] = []
            for _ in 0..<NoticeRoster.watchesOfUserMax { watches.append(try await desk.watch(banker)) }
            let refused = try await fault("too_many_streams") { try await desk.watch(banker) }
            #expect(refused.status == .resourceExhausted && refused.isNotExecuted)
            #expect(refused.retryAfterMilliseconds == 5000)
            _ = try await desk.watch(second)
            desk.notices.leave(watches[0])
            _ = try await desk.watch(banker)
            #expect(desk.notices.watching == 9)
        }
    }
}
