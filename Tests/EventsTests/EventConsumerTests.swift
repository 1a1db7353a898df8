import Contracts
import Foundation
import NIOCore
import RPC
import Storage
import Synchronization
import Testing

@testable import Events

@Suite(.timeLimit(.minutes(3)))
struct EventConsumerTests {
    /// A producer that listens, and a consumer that does not run yet.
    private func withBoth(_ body: (Producer, RPCServer, Taker) async throws -> Void) async throws {
        try await withDirectory { directory in
            let (producer, taker) = (try Producer(directory + "/p"), try Taker(directory + "/c"))
            let server = try await producer.listen()
            try await body(producer, server, taker)
            await server.drain(within: .milliseconds(100))
            try await producer.store.close()
            try await taker.store.close()
        }
    }

    @Test func everyEventTakesEffectOnceAndInOrder() async throws {
        try await withBoth { producer, server, taker in
            try await producer.store.append((1...600).map { event($0) })
            try await withConsumer(of: taker, port: try #require(server.localPort)) { _ in
                try await eventually { try await taker.cursor() == 600 }
                try await producer.store.append(event(601))
                try await eventually { try await taker.cursor() == 601 }
            }
            #expect(try await taker.applied() == Array(1...601))
            #expect(try await producer.feed.groups().items.map(\.name) == ["test"])
        }
    }

    @Test func consumerThatIsStoppedAnywhereGoesOnWhereItWas() async throws {
        try await withDirectory { directory in
            let producer = try Producer(directory + "/p")
            let server = try await producer.listen()
            let port = try #require(server.localPort)
            for round in 1...5 {
                let taker = try Taker(directory + "/c")
                try await withConsumer(of: taker, port: port) { _ in
                    try await producer.store.append((1...40).map { event($0) })
                    let least = Int64(round * 40 - 30)
                    try await eventually { try await taker.cursor() >= least }
                }
                try await taker.store.close()
            }
            let taker = try Taker(directory + "/c")
            try await withConsumer(of: taker, port: port) { _ in
                try await eventually { try await taker.cursor() == 200 }
            }
            #expect(try await taker.applied() == Array(1...200))
            try await taker.store.close()
            await server.drain(within: .milliseconds(100))
            try await producer.store.close()
        }
    }

    @Test func producerThatRestartsLosesNothing() async throws {
        try await withDirectory { directory in
            let taker = try Taker(directory + "/c")
            var producer = try Producer(directory + "/p")
            var server = try await producer.listen()
            let port = try #require(server.localPort)
            try await withConsumer(of: taker, port: port) { _ in
                for round in 1...3 {
                    try await producer.store.append((1...30).map { event($0) })
                    let least = Int64(round * 30 - 25)
                    try await eventually { try await taker.cursor() >= least }
                    await server.drain(within: .milliseconds(50))
                    try await producer.store.close()
                    producer = try Producer(directory + "/p")
                    server = try await producer.listen(port: port)
                }
                try await eventually { try await taker.cursor() == 90 }
            }
            #expect(try await taker.applied() == Array(1...90))
            await server.drain(within: .milliseconds(50))
            try await producer.store.close()
            try await taker.store.close()
        }
    }

    @Test func consumerOfATopicPassesOverTheOthers() async throws {
        try await withBoth { producer, server, taker in
            try await producer.store.append(event(1), event(2, kind: "user"), event(3))
            try await withConsumer(of: taker, port: try #require(server.localPort), topic: "deals") { _ in
                try await eventually { try await taker.cursor() == 3 }
            }
            #expect(try await taker.applied() == [1, 3])
        }
    }

    @Test(arguments: ["{}", "no JSON", #"{"id":1}"#])
    func eventThatCannotBeReadIsParkedWithItsAggregate(_ payload: String) async throws {
        try await withBoth { producer, server, taker in
            try await producer.store.append(event(1, of: "a"), event(2, of: "b"))
            try await producer.store.append(unreadable: payload, of: "b")
            try await producer.store.append(event(4, of: "a"), event(5, of: "b"), event(6, of: "c"))
            try await withConsumer(of: taker, port: try #require(server.localPort)) { consumer in
                try await eventually { try await taker.cursor() == 6 }
                try await producer.store.append(event(7, of: "b"), event(8, of: "a"))
                try await eventually { try await taker.cursor() == 8 }
                let desk = DeadLetterDesk([consumer])
                let dead = try await desk.list(DeadLetterQuery(source: Peer.deals, group: "test"))
                #expect(dead.items.map(\.sequence) == [3, 5, 7])
                #expect(dead.items.map(\.attempts) == [EventConsumer.attemptsMax, 0, 0])
                #expect(dead.total == 3)
            }
            #expect(try await taker.applied() == [1, 2, 4, 6, 8])
        }
    }

    @Test func refusedEventIsRedrivenInOrderAndItsAggregateFlowsAgain() async throws {
        try await withBoth { producer, server, taker in
            taker.refused.withLock { $0 = [EventType.dealDeleted] }
            try await producer.store.append(
                event(1, of: "a"), event(2, of: "b", type: EventType.dealDeleted), event(3, of: "b"),
                event(4, of: "a"), event(5, of: "b"))
            try await withConsumer(of: taker, port: try #require(server.localPort)) { consumer in
                try await eventually { try await taker.cursor() == 5 }
                let desk = DeadLetterDesk([consumer])
                let request = RedriveRequest(source: Peer.deals, group: "test")
                let early = try await desk.redrive(request, by: .service("me"))
                #expect(early.redriven == 0 && early.left == 3)
                #expect(early.failed.map(\.sequence) == [2])
                #expect(early.failed.map(\.attempts) == [EventConsumer.attemptsMax + 1])

                taker.refused.withLock { $0 = [] }
                let done = try await desk.redrive(request, by: .service("me"))
                #expect(done == RedriveResult(redriven: 3, failed: [], left: 0, next: nil))
                try await producer.store.append(event(6, of: "b"))
                try await eventually { try await taker.cursor() == 6 }
            }
            #expect(try await taker.applied() == [1, 4, 2, 3, 5, 6])
            #expect(taker.acts.withLock { $0.map(\.type) } == Array(repeating: EventType.eventRedriven, count: 3))
        }
    }

    @Test func skippedEventLetsItsAggregateGoOn() async throws {
        try await withBoth { producer, server, taker in
            try await producer.store.append(unreadable: "{}", of: "b")
            try await producer.store.append(event(2, of: "b"))
            try await withConsumer(of: taker, port: try #require(server.localPort)) { consumer in
                try await eventually { try await taker.cursor() == 2 }
                let desk = DeadLetterDesk([consumer])
                let skip = SkipRequest(source: Peer.deals, group: "test", sequence: 1, reason: " broken ")
                _ = try await desk.skip(skip, by: .service("me"))
                await #expect(throws: RPCFault.notFound("dead letter")) {
                    try await desk.skip(skip, by: .service("me"))
                }
                let result = try await desk.redrive(
                    RedriveRequest(source: Peer.deals, group: "test"), by: .service("me"))
                #expect(result.redriven == 1 && result.left == 0)
            }
            #expect(try await taker.applied() == [2])
            let acts = taker.acts.withLock { $0 }
            #expect(acts.map(\.type) == [EventType.eventSkipped, EventType.eventRedriven])
            #expect(acts.map(\.reason) == ["broken", ""])
        }
    }

    @Test func skippingWantsAReasonAndAKnownGroup() async throws {
        try await withBoth { _, server, taker in
            let consumer = taker.consumer(try Producer.client(port: try #require(server.localPort)))
            let desk = DeadLetterDesk([consumer])
            for (group, reason) in [("test", "  "), ("other", "why")] {
                await #expect(throws: RPCFault.self) {
                    try await desk.skip(
                        SkipRequest(source: Peer.deals, group: group, sequence: 1, reason: reason), by: .service("me"))
                }
            }
        }
    }

    @Test(arguments: [Int64.min, -1, 0, 1, Int64.max])
    func skippingWantsALetterThatThereIs(_ sequence: Int64) async throws {
        try await withBoth { _, server, taker in
            let consumer = taker.consumer(try Producer.client(port: try #require(server.localPort)))
            let skip = SkipRequest(source: Peer.deals, group: "test", sequence: sequence, reason: "why")
            await #expect(throws: RPCFault.notFound("dead letter")) {
                try await DeadLetterDesk([consumer]).skip(skip, by: .service("me"))
            }
        }
    }

    @Test func acknowledgementsComeAtMostOnceASecond() {
        let start = ContinuousClock.now
        var pace = AcknowledgementPace(10)
        let early = pace.isDue(11, at: start)
        let due = pace.isDue(12, at: start + .seconds(2))
        let again = pace.isDue(13, at: start + .milliseconds(2500))
        let idle = pace.isDue(12, at: start + .seconds(100))
        let stillThere = pace.isDue(12, at: start + .seconds(700))
        #expect([early, due, again, idle, stillThere] == [false, true, false, false, true])
    }
}
