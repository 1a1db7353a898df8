import NIOCore
import Synchronization
import Testing

@testable import RPC

private struct Range: Codable, Sendable { var from, to: Int }

private enum StreamMethods {
    static let count = RPCStreamMethod<Range, Int>(0x7010, "test.count", callers: ["gateway"])
}

/// Counts upwards and remembers how far it has got and whether it was stopped.
private final class Counting: Sendable {
    let sent = Atomic(0)
    let stopped = Latch()

    var router: RPCRouter {
        var router = RPCRouter()
        router.on(StreamMethods.count) { range, _, writer in
            do {
                for number in range.from..<range.to {
                    try await writer.send(number)
                    self.sent.store(number + 1, ordering: .relaxed)
                }
            } catch {
                self.stopped.open()
                throw error
            }
        }
        return router
    }
}

@Test(arguments: [0, 1, 63, 64, 65, 1000])
func streamBringsAllItemsInOrderAndEnds(_ count: Int) async throws {
    try await Loopback.with(Counting().router) { loopback in
        var items: [Int] = []
        for try await item in try loopback.client.stream(StreamMethods.count, Range(from: 0, to: count)) {
            items.append(item)
        }
        #expect(items == Array(0..<count))
    }
}

@Test func serverSendsNoMoreThanTheReaderAskedFor() async throws {
    let counting = Counting()
    try await Loopback.with(counting.router) { loopback in
        let stream = try loopback.client.stream(StreamMethods.count, Range(from: 0, to: 1_000_000), window: 8)
        var items = stream.makeAsyncIterator()
        for expected in 0..<100 {
            let item = try await items.next()
            #expect(item == expected)
        }
        // Everything the window allows is on its way; a call that goes and comes back has passed it.
        _ = try await loopback.client.call(BuiltInMethods.stats, Nothing(), timeout: .seconds(60))
        #expect(counting.sent.load(ordering: .relaxed) <= 108)
    }
}

@Test func readerThatLeavesStopsTheServer() async throws {
    let counting = Counting()
    try await Loopback.with(counting.router) { loopback in
        for try await item in try loopback.client.stream(StreamMethods.count, Range(from: 0, to: 1_000_000)) {
            if item == 10 { break }
        }
        await counting.stopped.wait()
        #expect(counting.sent.load(ordering: .relaxed) < 1000)
    }
}

@Test func cancelledReaderEndsAtOnce() async throws {
    let started = Latch()
    var router = RPCRouter()
    let ended = Latch()
    router.on(StreamMethods.count) { _, _, writer in
        try await writer.send(1)
        await started.wait()
        defer { ended.open() }
        try await Task.sleep(for: .seconds(3600))
    }
    try await Loopback.with(router) { loopback in
        let reading = Task {
            for try await _ in try loopback.client.stream(StreamMethods.count, Range(from: 0, to: 1)) { started.open() }
        }
        await started.wait()
        reading.cancel()
        _ = await reading.result
        await ended.wait()
    }
}

@Test func faultOfAStreamComesAfterItsItems() async throws {
    var router = RPCRouter()
    let sent = RPCFault(.notFound, "not_found", "No such thing.")
    router.on(StreamMethods.count) { _, _, writer in
        try await writer.send(7)
        throw sent
    }
    try await Loopback.with(router) { loopback in
        var items = try loopback.client.stream(StreamMethods.count, Range(from: 0, to: 1)).makeAsyncIterator()
        let first = try await items.next()
        #expect(first == 7)
        #expect(await fault { try await items.next() } == sent)
    }
}

@Test func streamEndsWithItsTime() async throws {
    var router = RPCRouter()
    router.on(StreamMethods.count) { _, _, _ in try await Task.sleep(for: .seconds(3600)) }
    try await Loopback.with(router) { loopback in
        // As long as there is no connection, a stream that runs out of time was unavailable.
        var ended: RPCFault?
        repeat {
            var items = try loopback.client.stream(
                StreamMethods.count, Range(from: 0, to: 1), timeout: .milliseconds(100)
            ).makeAsyncIterator()
            ended = await fault { try await items.next() }
        } while ended?.status == .unavailable
        #expect(ended?.status == .deadlineExceeded)
    }
}

@Test func drainEndsStreamsSoThatTheirReadersGoElsewhere() async throws {
    var router = RPCRouter()
    router.on(StreamMethods.count) { _, _, writer in
        try await writer.send(1)
        try await Task.sleep(for: .seconds(3600))
    }
    try await Loopback.with(router) { loopback in
        var items = try loopback.client.stream(StreamMethods.count, Range(from: 0, to: 1)).makeAsyncIterator()
        let first = try await items.next()
        #expect(first == 1)
        async let drained: Void = loopback.server.drain(within: .seconds(30))
        let fault = await fault { try await items.next() }
        #expect(fault?.status == .unavailable)
        await drained
    }
}

@Test func unaryCallOfAStreamIsRefusedAndTheOtherWayRound() async throws {
    var router = Counting().router
    router.on(TestMethods.echo) { input, _ in input }
    try await Loopback.with(router) { loopback in
        let unary = RPCMethod<Range, Int>(0x7010, "test.count", callers: [])
        #expect(
            await fault { try await loopback.client.call(unary, Range(from: 0, to: 1), timeout: .seconds(60)) }?.code
                == "bad_frame")
        let stream = RPCStreamMethod<Text, Text>(0x7001, "test.echo", callers: [])
        var items = try loopback.client.stream(stream, Text(text: "")).makeAsyncIterator()
        #expect(await fault { try await items.next() }?.code == "bad_frame")
    }
}

@Test func watchTellsAtOnceWhetherTheServerIsReady() async throws {
    try await Loopback.with(RPCRouter()) { loopback in
        var items = try loopback.client.stream(BuiltInMethods.watch, Nothing()).makeAsyncIterator()
        let first = try await items.next()
        #expect(first?.isReady == true)
    }
}

/// Its CREDIT arrives while the REQUEST still waits for its turn.
@Test func streamBehindBusyHandlersGetsItsCredit() async throws {
    var router = Counting().router
    router.onBytes(TestMethods.hold.entry) { body, _ in
        let end = NIODeadline.now() + .milliseconds(3)
        while NIODeadline.now() < end {}
        return RPCReply(body: body)
    }
    try await Loopback.with(router) { loopback in
        for _ in 0..<10 {
            try await withThrowingTaskGroup(of: Int.self) { tasks in
                for _ in 0..<8 {
                    tasks.addTask {
                        _ = try await loopback.client.send(
                            TestMethods.hold.entry, body: ByteBuffer(), timeout: .seconds(60))
                        return 0
                    }
                }
                for _ in 0..<4 {
                    tasks.addTask {
                        let items = try loopback.client.stream(
                            StreamMethods.count, Range(from: 0, to: 100), timeout: .seconds(60))
                        return try await items.reduce(into: 0) { count, _ in count += 1 }
                    }
                }
                let counts = try await tasks.reduce(into: [Int]()) { $0.append($1) }
                #expect(counts.reduce(0, +) == 400)
            }
        }
    }
}

@Test func itemLargerThanAFrameIsAFaultOfItsStreamAlone() async throws {
    let method = RPCStreamMethod<Nothing, Text>(0x7011, "test.large", callers: ["gateway"])
    var router = RPCRouter()
    router.on(method) { _, _, writer in try await writer.send(Text(text: String(repeating: "x", count: 5_000_000))) }
    router.on(TestMethods.echo) { input, _ in input }
    try await Loopback.with(router) { loopback in
        var items = try loopback.client.stream(method, Nothing()).makeAsyncIterator()
        #expect(await fault { try await items.next() }?.code == "reply_too_large")
        let answer = try await loopback.client.call(TestMethods.echo, Text(text: "still there"), timeout: .seconds(60))
        #expect(answer.text == "still there")
    }
}

@Test func itemsBeyondTheCreditBreakTheConnection() throws {
    let inbox = StreamInbox(window: 2)
    try inbox.receive(ByteBuffer())
    try inbox.receive(ByteBuffer())
    #expect(throws: FrameError.beyondCredit) { try inbox.receive(ByteBuffer()) }
}

/// What the reader asked for is far more than the server may have waiting for it.
@Test func largeItemsWaitForTheReader() async throws {
    let items = RPCStreamMethod<Range, Text>(0x7011, "test.large", callers: ["gateway"])
    var limits = RPCLimits.default
    limits.outboundBytesPause = 256 * 1024
    limits.outboundBytesMax = 1024 * 1024
    limits.compressedBodyBytesMin = .max
    var router = RPCRouter()
    router.on(items) { range, _, writer in
        for number in range.from..<range.to {
            try await writer.send(Text(text: "\(number) " + String(repeating: "x", count: 300_000)))
        }
    }
    try await Loopback.with(router, serverLimits: limits) { loopback in
        var next = 0
        for try await item in try loopback.client.stream(items, Range(from: 0, to: 64)) {
            #expect(item.text.hasPrefix("\(next) "))
            next += 1
        }
        #expect(next == 64)
    }
}
