import Contracts
import Foundation
import RPC
import ServiceKit
import Testing

@testable import deals

/// The orders in which commits, reads and sends may come.
struct NoticeRosterTests {
    private static let deal = UUIDv7.make()
    private static let now = Instant(milliseconds: 1_790_000_000_000)
    private static let end = now.advanced(bySeconds: 60)

    private static func caller(_ role: Role = .banker, _ id: UUID = UUIDv7.make()) throws -> Caller {
        let context = RPCContext(
            peer: Peer.gateway, identity: RPCIdentity(subject: id, session: id, roles: role.bits))
        return try Caller(context, may: .readDeals, now: .now)
    }

    /// One event of the deal, whose team is these people, and who let others in until then.
    private static func news(_ sequence: Int64, seenBy callers: [Caller], guests: [UUID: Instant] = [:]) -> News {
        let members = Dictionary(uniqueKeysWithValues: callers.map { ($0.id, TeamAccess.read) })
        return News(
            through: sequence, items: [News.Item(sequence: sequence, deal: deal)],
            audiences: [deal: Audience(confidentiality: .internal, members: members, guests: guests)])
    }

    private static func page(_ sequences: ClosedRange<Int64>) -> NoticePage {
        NoticePage(
            notices: sequences.map { DealNotice(sequence: $0, kind: .event, dealId: deal) },
            through: sequences.upperBound)
    }

    /// A watch that has been told all there is, up to 10.
    private static func quiet(_ roster: inout NoticeRoster, _ caller: Caller) throws -> Int {
        let id = try roster.join(caller, Bell(), after: 10, newest: 10)
        #expect(roster.turn(of: id) == .read(after: 10))
        #expect(roster.take(NoticePage(notices: [], through: 10), for: id, at: Self.now) == true)
        #expect(roster.turn(of: id) == .wait(told: 10))
        return id
    }

    @Test func onlyWhoSeesTheDealIsWoken() throws {
        var roster = NoticeRoster()
        let (member, stranger, compliance) = (try Self.caller(), try Self.caller(), try Self.caller(.compliance))
        let ids = try [member, stranger, compliance].map { try Self.quiet(&roster, $0) }
        #expect(roster.hear(Self.news(11, seenBy: [member]), at: Self.now).count == 2)
        #expect(ids.map { roster.turn(of: $0) } == [.read(after: 10), .wait(told: 11), .read(after: 10)])
    }

    @Test func whoIsToLookIsWokenOnce() throws {
        var roster = NoticeRoster()
        let member = try Self.caller()
        let id = try Self.quiet(&roster, member)
        #expect(roster.hear(Self.news(11, seenBy: [member]), at: Self.now).count == 1)
        #expect(roster.hear(Self.news(12, seenBy: [member]), at: Self.now).isEmpty)
        #expect(roster.turn(of: id) == .read(after: 10))
        #expect(roster.take(Self.page(11...12), for: id, at: Self.now) == true)
        #expect(roster.turn(of: id) == .wait(told: 12))
    }

    @Test func whatIsCommittedDuringAReadIsReadNext() throws {
        var roster = NoticeRoster()
        let member = try Self.caller()
        let id = try Self.quiet(&roster, member)
        _ = roster.hear(Self.news(11, seenBy: [member]), at: Self.now)
        #expect(roster.turn(of: id) == .read(after: 10))
        #expect(roster.hear(Self.news(12, seenBy: [member]), at: Self.now).isEmpty)
        #expect(roster.take(Self.page(11...11), for: id, at: Self.now) == true)
        #expect(roster.turn(of: id) == .read(after: 11))
    }

    @Test func whatWasReadBeforeItWasHeardOfWakesNobody() throws {
        var roster = NoticeRoster()
        let member = try Self.caller()
        let id = try Self.quiet(&roster, member)
        _ = roster.hear(Self.news(11, seenBy: [member]), at: Self.now)
        #expect(roster.turn(of: id) == .read(after: 10))
        #expect(roster.take(Self.page(11...12), for: id, at: Self.now) == true)
        #expect(roster.turn(of: id) == .wait(told: 12))
        #expect(roster.hear(Self.news(12, seenBy: [member]), at: Self.now).isEmpty)
        #expect(roster.turn(of: id) == .wait(told: 12))
    }

    @Test func sightThatIsLostDuringAReadMakesItReadAnew() throws {
        var roster = NoticeRoster()
        let member = try Self.caller()
        let id = try Self.quiet(&roster, member)
        _ = roster.hear(Self.news(11, seenBy: [member]), at: Self.now)
        #expect(roster.turn(of: id) == .read(after: 10))
        _ = roster.hear(Self.news(12, seenBy: []), at: Self.now)
        #expect(roster.take(Self.page(11...11), for: id, at: Self.now) == false)
        #expect(roster.turn(of: id) == .read(after: 10))
        #expect(roster.take(NoticePage(notices: [], through: 12), for: id, at: Self.now) == true)
    }

    @Test func sightThatIsLostWhileNoticesAreOnTheirWayIsTold() throws {
        var roster = NoticeRoster()
        let member = try Self.caller()
        let id = try Self.quiet(&roster, member)
        _ = roster.hear(Self.news(11, seenBy: [member]), at: Self.now)
        _ = roster.turn(of: id)
        #expect(roster.take(Self.page(11...11), for: id, at: Self.now) == true)
        #expect(
            roster.hear(Self.news(12, seenBy: [member]), at: Self.now).isEmpty && !roster.hasLostSight(id, at: Self.now)
        )
        #expect(
            roster.hear(Self.news(13, seenBy: []), at: Self.now).count == 1 && roster.hasLostSight(id, at: Self.now))
        // Being added again does not undo it: what is on its way was decided before.
        _ = roster.hear(Self.news(14, seenBy: [member]), at: Self.now)
        #expect(roster.hasLostSight(id, at: Self.now))
        #expect(roster.turn(of: id) == .read(after: 11) && !roster.hasLostSight(id, at: Self.now))
    }

    @Test func sightEndsByTheClockWhileNoticesAreOnTheirWay() throws {
        var roster = NoticeRoster()
        let guest = try Self.caller()
        let id = try Self.quiet(&roster, guest)
        #expect(roster.hear(Self.news(11, seenBy: [], guests: [guest.id: Self.end]), at: Self.now).count == 1)
        _ = roster.turn(of: id)
        var page = Self.page(11...11)
        page.sightEnds = Self.end
        #expect(roster.take(page, for: id, at: Self.end) == false)
        #expect(roster.take(page, for: id, at: Self.now) == true)
        #expect(roster.sightEnds(of: id) == Self.end)
        #expect(!roster.hasLostSight(id, at: Self.now) && roster.hasLostSight(id, at: Self.end))
    }

    @Test func aMemberWhoBecomesAGuestMeanwhileLosesSightInTime() throws {
        var roster = NoticeRoster()
        let member = try Self.caller()
        let id = try Self.quiet(&roster, member)
        _ = roster.hear(Self.news(11, seenBy: [member]), at: Self.now)
        _ = roster.turn(of: id)
        #expect(roster.take(Self.page(11...11), for: id, at: Self.now) == true)
        #expect(roster.sightEnds(of: id) == nil)
        #expect(roster.hear(Self.news(12, seenBy: [], guests: [member.id: Self.end]), at: Self.now).count == 1)
        #expect(roster.sightEnds(of: id) == Self.end && !roster.hasLostSight(id, at: Self.now))
    }

    @Test func whoWasLetInIsNotWokenWhenTheTimeIsOver() throws {
        var roster = NoticeRoster()
        let guest = try Self.caller()
        let id = try Self.quiet(&roster, guest)
        #expect(roster.hear(Self.news(11, seenBy: [], guests: [guest.id: Self.end]), at: Self.end).isEmpty)
        #expect(roster.turn(of: id) == .wait(told: 11))
    }

    @Test func aDealThatIsGoneIsSeenByNobody() throws {
        var roster = NoticeRoster()
        let id = try Self.quiet(&roster, try Self.caller(.compliance))
        let gone = News(through: 11, items: [News.Item(sequence: 11, deal: Self.deal)])
        #expect(roster.hear(gone, at: Self.now).isEmpty)
        #expect(roster.turn(of: id) == .wait(told: 11))
    }

    @Test func whoComesFirstAfterAPauseMissesNothing() throws {
        var roster = NoticeRoster()
        roster.leave(try Self.quiet(&roster, try Self.caller()))
        let member = try Self.caller()
        let id = try roster.join(member, Bell(), after: 500, newest: 500)
        #expect(roster.newest == 500)
        #expect(roster.turn(of: id) == .read(after: 500))
    }

    @Test func atMostAThousandWatchAtOnce() throws {
        var roster = NoticeRoster()
        for _ in 0..<NoticeRoster.watchesMax {
            _ = try roster.join(try Self.caller(), Bell(), after: 0, newest: 0)
        }
        let last = try Self.caller()
        #expect(throws: RPCFault.self) { try roster.join(last, Bell(), after: 0, newest: 0) }
        roster.leave(1)
        roster.leave(1)
        _ = try roster.join(last, Bell(), after: 0, newest: 0)
        #expect(roster.count == 1000)
    }
}
