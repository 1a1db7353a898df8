import Contracts
import Events
import Foundation
import Logging
import NIOCore
import NIOPosix
import RPC
import Storage
import Testing

@testable import audit

/// The log as a consumer: what the generic intake leaves to it.
@Suite(.timeLimit(.minutes(2)))
struct IntakeTests {
    private func letter(_ event: SequencedEvent) throws -> DeadLetters.Letter {
        DeadLetters.Letter(
            sequence: event.sequence, aggregate: event.event.subject.id, attempts: 5, error: "broken",
            firstMilliseconds: 1, payload: try StrictJSON.encode(event.event))
    }

    /// Nothing listens at its end.
    private func desk(_ fixture: Fixture) throws -> DeadLetterDesk {
        let secret = try #require(HandshakeSecret(Array(repeating: 7, count: 32)))
        let client = RPCClient(
            RPCClient.Configuration(
                host: "127.0.0.1", port: 1, peer: Peer.deals, service: Peer.audit, security: .secret(secret)),
            group: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() })
        return DeadLetterDesk([
            EventConsumer(
                source: Peer.deals, group: LogStore.group, store: fixture.log.store, client: client,
                effect: fixture.log.effect(of: Peer.deals),
                logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() })
        ])
    }

    /// The first of three events is parked.
    private func park(_ fixture: Fixture) async throws {
        let (effect, events) = (fixture.log.effect(of: Peer.deals), (1...3).map { deal($0) })
        let parked = try letter(events[0])
        try await fixture.log.store.write { db in
            try DeadLetters.Box(group: LogStore.group, source: Peer.deals).add(parked, in: db)
            try Inbox.move(Peer.deals, to: 1, in: db)
            try effect.apply(Array(events[1...]), db)
        }
    }

    private func call<I, O>(_ desk: DeadLetterDesk, _ method: RPCMethod<I, O>, _ input: I) async throws -> O {
        var router = RPCRouter()
        desk.register(on: &router)
        let reply = try await router.dispatch(
            method.entry, body: ByteBuffer(bytes: try StrictJSON.encode(input)),
            context: RPCContext(peer: Peer.operator))
        return try StrictJSON.decode(O.self, from: Data(reply.body.readableBytesView))
    }

    @Test func logWithAParkedEventIsSound() async throws {
        let fixture = try Fixture()
        try await park(fixture)
        #expect(try await fixture.verify().problems == [])
        try await fixture.remove()
    }

    @Test func redrivenEventIsLoggedWithAnEntryThatSaysSo() async throws {
        let fixture = try Fixture()
        try await park(fixture)
        let result = try await call(
            try desk(fixture), EventMethods.redrive, RedriveRequest(source: Peer.deals, group: LogStore.group))
        #expect(result == RedriveResult(redriven: 1, failed: [], left: 0, next: nil))
        let items = try await fixture.log.page(LogSearch(AuditQuery(sort: "seq"))).items
        #expect(items.map(\.source) == [Peer.deals, Peer.deals, Peer.deals, Peer.audit])
        #expect(items.map(\.sourceSeq) == [2, 3, 1, 1])
        #expect(items.last?.type == EventType.eventRedriven)
        #expect(items.last?.actor == .service(Peer.operator))
        #expect(items.last?.subject.id == "deals:1")
        #expect(try await fixture.verify().problems == [])
        try await fixture.remove()
    }

    @Test func skippedEventLeavesAnEntryWithTheReason() async throws {
        let fixture = try Fixture()
        try await park(fixture)
        _ = try await call(
            try desk(fixture), EventMethods.skip,
            SkipRequest(source: Peer.deals, group: LogStore.group, sequence: 1, reason: "withdrawn"))
        let items = try await fixture.log.page(LogSearch(AuditQuery(sort: "seq"))).items
        #expect(items.last?.type == EventType.eventSkipped)
        #expect(items.last?.changes.contains(FieldChange("reason", before: nil, after: "withdrawn")) == true)
        #expect(try await fixture.verify().problems == [])
        try await fixture.remove()
    }

    @Test func actsOfOperatorsAndOfficersAreNumberedTogether() async throws {
        let fixture = try Fixture()
        try await park(fixture)
        let handlers = AuditHandlers(log: fixture.log, sources: [Peer.deals])
        _ = try await handlers.list(AuditQuery(), AuditTests.call(as: .compliance))
        _ = try await call(
            try desk(fixture), EventMethods.redrive, RedriveRequest(source: Peer.deals, group: LogStore.group))
        let found = try await handlers.verify(AuditTests.call(as: .compliance))
        #expect(found.problems == [])
        let own = try await fixture.log.entries(AuditQuery(AuditFilter(source: Peer.audit), sort: "seq"))
        #expect(own.map(\.sourceSeq) == [1, 2, 3])
        #expect(own.map(\.type) == [EventType.auditSearched, EventType.eventRedriven, EventType.auditVerified])
        try await fixture.remove()
    }

    /// All that came at its turn is pruned; the one that came late is still there, and says nothing of the end.
    @Test func redrivenEventOutlivesTheOthersOfItsSource() async throws {
        let fixture = try Fixture()
        let events = (1...255).map { deal($0) }
        let parked = try letter(events[0])
        try await fixture.log.store.write { db in
            try DeadLetters.Box(group: LogStore.group, source: Peer.deals).add(parked, in: db)
            try Inbox.move(Peer.deals, to: 1, in: db)
            try LogStore.append(Array(events[1...]), from: Peer.deals, at: start, in: db)
        }
        try await fixture.log.append((1...2).map { deal(1000 + $0) }, from: Peer.auth, at: start)
        _ = try await call(
            try desk(fixture), EventMethods.redrive, RedriveRequest(source: Peer.deals, group: LogStore.group))
        let later = start.advanced(bySeconds: 1_000_000_000)
        #expect(try await RetentionStore(log: fixture.log).prune(before: later, at: later) == 256)
        let left = try await fixture.log.entries(AuditQuery(AuditFilter(source: Peer.deals)))
        #expect(left.map(\.sourceSeq) == [1])
        #expect(try await fixture.verify().problems == [])
        try await fixture.remove()
    }

    /// As it would look if somebody had moved an entry.
    @Test func entryOutOfTurnWithoutALetterIsFound() async throws {
        let fixture = try Fixture()
        try await fixture.fill(3)
        try await fixture.log.store.write { db in
            try LogStore.appendAlone(deal(1), from: Peer.auth, at: start, in: db)
            try Inbox.move(Peer.auth, to: 2, in: db)
            try LogStore.append([deal(5)], from: Peer.auth, at: start, in: db)
            try LogStore.appendAlone(deal(3), from: Peer.auth, at: start, in: db)
        }
        let problems = try await fixture.verify().problems
        #expect(problems.contains { $0.contains("stands after a later event of auth") })
        try await fixture.remove()
    }
}
