import ArgumentParser
import Contracts
import Foundation
import RPC
import Synchronization
import Testing

@testable import ibpipeline

struct EventsCommandTests {
    private static let event = Event(
        id: UUID(uuidString: "0190F3A2-0000-7000-8000-000000000003") ?? UUID(), type: EventType.dealUpdated,
        time: Instant(milliseconds: 1_800_000_000_000), actor: EventActor(kind: "user", id: "u1"),
        subject: EventSubject(kind: "deal", id: "d1", number: "D-2027-0001"), version: 4)

    private static func delivery(_ sequence: Int64, _ bytes: Data? = nil) throws -> EventDelivery {
        EventDelivery(sequence: sequence, aggregate: "d1", raw: try bytes ?? StrictJSON.encode(event))
    }

    private func run<Command: ConsoleCommand>(
        _ type: Command.Type, _ router: RPCRouter, name: String, _ arguments: [String]
    ) async throws -> Printed {
        var printed: Printed?
        try await TestService.with(router, name: name) { service in
            let command = try #require(
                try type.parse(arguments + Array(service.arguments.dropFirst())) as Command?)
            printed = try await service.folder.capture { try await command.run(on: $0) }
        }
        return try #require(printed)
    }

    @Test func replayPrintsPageAfterPageUpToTheNewest() async throws {
        let asked = Mutex<[EventRead]>([])
        var router = RPCRouter()
        router.on(EventMethods.read) { read, _ in
            asked.withLock { $0.append(read) }
            let next = (read.after ?? 0) + 1
            return EventBatch(events: [try Self.delivery(next)], through: next, newest: 2)
        }
        let printed = try await run(ReplayCommand.self, router, name: Peer.deals, ["deals"])
        #expect(printed.exitCode == 0)
        #expect(
            printed.lines == [
                "1 2027-01-15T08:00:00.000Z deal.updated deal D-2027-0001 v4 by user u1",
                "2 2027-01-15T08:00:00.000Z deal.updated deal D-2027-0001 v4 by user u1",
            ])
        #expect(asked.withLock { $0.map(\.after) } == [nil, 1])
    }

    @Test func replayAsJSONLeavesTheEventAsItIs() async throws {
        let odd = Data(#"{"later":{"x":1},"id":7}"#.utf8)
        var router = RPCRouter()
        router.on(EventMethods.read) { _, _ in
            EventBatch(
                events: [try Self.delivery(1, odd), try Self.delivery(2, Data("no JSON".utf8))], through: 2, newest: 2)
        }
        let printed = try await run(ReplayCommand.self, router, name: Peer.deals, ["deals", "--json"])
        #expect(
            printed.lines == [
                #"{"event":{"later":{"x":1},"id":7},"sequence":1,"source":"deals"}"#,
                #"{"base64":"bm8gSlNPTg==","sequence":2,"source":"deals"}"#,
            ])
    }

    @Test func replayOfWhatIsDeletedFails() async throws {
        var router = RPCRouter()
        router.on(EventMethods.read) { _, _ in
            throw RPCFault(.outOfRange, "events_gone", "Events 2 to 8 are deleted; the first that there is is 9.")
        }
        let printed = try await run(ReplayCommand.self, router, name: Peer.deals, ["deals", "--after", "1"])
        #expect(printed.exitCode == 1)
        #expect(printed.failure?.contains("the first that there is is 9") == true)
    }

    @Test func tailBeginsWithWhatComesNext() async throws {
        let begun = Mutex<[Int64?]>([])
        var router = RPCRouter()
        router.on(EventMethods.read) { _, _ in EventBatch(events: [], through: 41, newest: 41) }
        router.on(EventMethods.subscribe) { input, _, writer in
            begun.withLock { $0.append(input.after) }
            try await writer.send(EventBatch(events: [], through: 41, newest: 41))
            let news = [try Self.delivery(42), try Self.delivery(43)]
            try await writer.send(EventBatch(events: news, through: 43, newest: 43))
        }
        let printed = try await run(TailCommand.self, router, name: Peer.deals, ["deals", "--limit", "1"])
        #expect(printed.lines.count == 1)
        #expect(printed.lines.first?.hasPrefix("42 ") == true)
        #expect(begun.withLock { $0 } == [41])
    }

    @Test func controlCharactersDoNotReachTheTerminal() throws {
        var event = Self.event
        event.actor.id = "u\u{1b}[2J\n"
        let line = EventLine(
            source: "deals", delivery: EventDelivery(sequence: 1, raw: try StrictJSON.encode(event))
        ).text(json: false)
        #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .control })
    }

    @Test func lagIsATableAndFailsWhereAnEventWaitsTooLong() async throws {
        var router = RPCRouter()
        router.on(EventMethods.groups) { _, _ in
            EventGroupList(
                items: [
                    EventGroup(
                        name: "audit", acknowledged: 7, behind: 2, behindMilliseconds: 61_000,
                        heardAt: Self.event.time, holdsEvents: true)
                ], first: 1, newest: 9)
        }
        let fine = try await run(LagCommand.self, router, name: Peer.deals, ["deals", "--max-age", "2m"])
        #expect(fine.exitCode == 0)
        #expect(
            fine.output == """
                SOURCE  GROUP  AT  NEWEST  BEHIND  AGE  HEARD                     HOLDS
                deals   audit  7   9       2       61s  2027-01-15T08:00:00.000Z  yes

                """)
        let late = try await run(LagCommand.self, router, name: Peer.deals, ["deals", "--max-age", "1m", "--json"])
        #expect(late.exitCode == 1)
        #expect(late.lines.count == 1)
    }

    @Test func deadLettersAreListedAndCountAsAFailure() async throws {
        var router = RPCRouter()
        router.on(EventMethods.deadLetters) { query, _ in
            #expect(query.source == Peer.deals && query.group == Peer.audit)
            return DeadLetterList(
                items: [
                    DeadLetter(sequence: 3, aggregate: "d1", attempts: 5, error: "broken", firstAt: Self.event.time)
                ],
                total: 1)
        }
        let printed = try await run(DeadCommand.self, router, name: Peer.audit, ["deals"])
        #expect(printed.exitCode == 1)
        #expect(
            printed.lines.last == "3         d1         5         2027-01-15T08:00:00.000Z  broken")
    }

    @Test func redriveGoesOnUntilAllWereTried() async throws {
        let asked = Mutex<[Int64?]>([])
        var router = RPCRouter()
        router.on(EventMethods.redrive) { request, _ in
            asked.withLock { $0.append(request.after) }
            return request.after == nil
                ? RedriveResult(redriven: 100, failed: [], left: 3, next: 500)
                : RedriveResult(redriven: 3, failed: [], left: 0, next: nil)
        }
        let printed = try await run(RedriveCommand.self, router, name: Peer.audit, ["deals"])
        #expect(printed.exitCode == 0)
        #expect(printed.output == "103 taken in, 0 left\n")
        #expect(asked.withLock { $0 } == [nil, 500])
    }

    @Test func skipNamesTheEventAndTheReason() async throws {
        let asked = Mutex<[SkipRequest]>([])
        var router = RPCRouter()
        router.on(EventMethods.skip) { request, _ in
            asked.withLock { $0.append(request) }
            return Nothing()
        }
        let printed = try await run(
            SkipCommand.self, router, name: Peer.audit, ["deals", "3", "--reason", "withdrawn"])
        #expect(printed.output == "event 3 of deals is passed over\n")
        #expect(
            asked.withLock { $0 }
                == [SkipRequest(source: Peer.deals, group: Peer.audit, sequence: 3, reason: "withdrawn")])
    }

    @Test(arguments: [
        ["deals", "--after", "1", "--from", "2026-11-26T09:00:00Z"], ["deals", "--topic", "audit"],
        ["deals", "--after", "-1"], ["gateway"], ["audit"], ["deals", "--from", "yesterday"],
    ])
    func wrongUsageIsRefused(_ arguments: [String]) {
        #expect(throws: (any Error).self) { try ReplayCommand.parse(arguments) }
    }

    @Test func lagIsOfAllThatHaveEvents() throws {
        #expect(try LagCommand.parse([]).source == nil)
        #expect(EventProducer.allCases.map(\.rawValue) == [Peer.auth, Peer.deals, Peer.health])
    }

    @Test(arguments: EventProducer.allCases)
    func everyProducersEventsAreLookedAfter(_ source: EventProducer) throws {
        let name = source.rawValue
        #expect(try TailCommand.parse([name]).events.source == source)
        #expect(try ReplayCommand.parse([name]).events.source == source)
        #expect(try LagCommand.parse([name]).source == source)
        #expect(try DeadCommand.parse([name]).letters.source == source)
        #expect(try RedriveCommand.parse([name]).letters.source == source)
        #expect(try SkipCommand.parse([name, "3", "--reason", "withdrawn"]).letters.source == source)
    }
}
