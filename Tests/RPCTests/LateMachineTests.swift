import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import RPC

/// A connection that is well must not be given up because the machine is late.
@Suite(.timeLimit(.minutes(2))) struct LateMachineTests {
    private static let limits: RPCLimits = {
        var limits = RPCLimits.default
        limits.handshakeTimeout = .milliseconds(500)
        return limits
    }()

    /// What came in time lies unread in the socket then.
    @Test func serverThatWasLateItselfGivesTheGreetingItsTimeAgain() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        let server = try Loopback.server(RPCRouter(), limits: Self.limits, on: group)
        try await server.start()
        let connections = eventLoop.makePromise(of: Int.self)
        eventLoop.scheduleRepeatedTask(initialDelay: .milliseconds(1), delay: .milliseconds(1)) { task in
            guard try Insides.stats(of: server).connections == 1 else { return }
            task.cancel()
            pauseThread(seconds: 1)
            eventLoop.scheduleTask(in: .milliseconds(50)) { try Insides.stats(of: server).connections }
                .futureResult.cascade(to: connections)
        }
        let peer = try await RawPeer.connect(to: try #require(server.localPort))
        #expect(try await connections.futureResult.get() == 1)
        // In the end its time is over.
        _ = try await peer.everything()
        await server.drain(within: .milliseconds(100))
        try await group.shutdownGracefully()
    }

    @Test func clientKeepsAConnectionThatBecameReadyWhileItsTasksAreLate() async throws {
        let server = try Loopback.server(RPCRouter())
        try await server.start()
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let client = try Loopback.client(port: try #require(server.localPort), limits: Self.limits, on: eventLoop)
        let link = try #require(try Insides.links(of: client).first)
        let pool = LatePool(link)
        let running = Task(executorPreference: pool) { await link.run() }
        #expect(await eventually { pool.isLate })
        let isConnected = eventLoop.scheduleTask(in: .seconds(1)) { link.isConnected.load(ordering: .relaxed) }
        #expect(try await isConnected.futureResult.get())
        running.cancel()
        pool.catchUp()
        await running.value
        await server.drain(within: .milliseconds(100))
    }
}

/// Runs tasks on the loop of a link, but none from when that is connected until `catchUp`.
private final class LatePool: TaskExecutor {
    private let link: ClientLink
    /// Nil once it has caught up.
    private let waiting = Mutex<[UnownedJob]?>([])

    init(_ link: ClientLink) { self.link = link }

    var isLate: Bool { waiting.withLock { $0?.isEmpty == false } }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let waits = waiting.withLock {
            guard $0 != nil, link.isConnected.load(ordering: .relaxed) else { return false }
            $0?.append(job)
            return true
        }
        if !waits { run(job) }
    }

    func catchUp() {
        let jobs = waiting.withLock { waiting in
            defer { waiting = nil }
            return waiting ?? []
        }
        for job in jobs { run(job) }
    }

    private func run(_ job: UnownedJob) {
        link.eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// On purpose not async: it holds an event loop.
func pauseThread(seconds: Double) { Thread.sleep(forTimeInterval: seconds) }
