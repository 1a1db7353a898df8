import NIOCore
import Synchronization
import Testing

@testable import RPC

/// A server that is restarted again and again, as a rolling update does, under steady load.
@Suite(.timeLimit(.minutes(10))) struct RollingRestartTests {
    private static let restarts = 100

    /// Nothing waits for the wall clock: a restart follows when calls went well on the server before.
    @Test func hundredRestartsUnderLoadFailNoCallAndRepeatNoEffect() async throws {
        let ledger = FaultLedger()
        let first = try await start(ledger, port: 0)
        let port = try #require(first.localPort)
        let load = SteadyLoad(client: try Loopback.client(port: port), ledger: ledger)
        let last = try await withThrowingTaskGroup { tasks in
            tasks.addTask { await load.client.run() }
            tasks.addTask { await load.run() }
            // However this ends, the callers stop, and only then their client.
            let last: RPCServer
            do {
                last = try await restart(first, port, load)
            } catch {
                load.stop()
                throw error
            }
            load.stop()
            #expect(await eventually { load.hasEnded }, "a call hangs")
            tasks.cancelAll()
            return last
        }
        await last.drain(within: .seconds(1))
        check(ledger)
    }

    private func restart(_ first: RPCServer, _ port: Int, _ load: SteadyLoad) async throws -> RPCServer {
        var server = first
        for _ in 0..<Self.restarts {
            let enough = load.answered + 2 * SteadyLoad.callers
            #expect(await eventually { load.answered > enough }, "the load has come to a standstill")
            await server.drain(within: .seconds(20))
            server = try await start(load.ledger, port: port)
        }
        return server
    }

    private func check(_ ledger: FaultLedger) {
        ledger.check("restarts")
        let failed = ledger.calls.filter { $0.fault != nil }
        let reasons = Set(failed.map { "\($0.method.name) \($0.fault?.code ?? "")" })
        #expect(ledger.calls.count > Self.restarts * SteadyLoad.callers)
        #expect(failed.isEmpty, "\(failed.count) of \(ledger.calls.count) calls failed: \(reasons)")
        let once = ledger.calls.filter { !$0.method.isIdempotent && $0.fault == nil }
        for call in once { #expect(ledger.effects(of: call.key) == 1, "\(call.key)") }
    }

    private func start(_ ledger: FaultLedger, port: Int) async throws -> RPCServer {
        let server = try Loopback.server(ledger.router(work: .milliseconds(3)), port: port, on: FaultLoops.group)
        try await server.start()
        return server
    }
}

/// Callers that call one after the other until they are stopped.
private final class SteadyLoad: Sendable {
    static let callers = 16
    private static let timeout = TimeAmount.seconds(60)

    let client: RPCClient
    let ledger: FaultLedger
    private let isStopped = Atomic(false)
    private let ended = Atomic(0)
    private let calls = Atomic(0)

    init(client: RPCClient, ledger: FaultLedger) {
        self.client = client
        self.ledger = ledger
    }

    var answered: Int { calls.load(ordering: .relaxed) }
    var hasEnded: Bool { ended.load(ordering: .relaxed) == Self.callers }

    func stop() { isStopped.store(true, ordering: .relaxed) }

    func run() async {
        await withTaskGroup { tasks in
            for caller in 0..<Self.callers { tasks.addTask { await self.call(as: caller) } }
        }
    }

    private func call(as caller: Int) async {
        var number = 0
        while !isStopped.load(ordering: .relaxed) {
            number += 1
            await call(number.isMultiple(of: 2) ? FaultMethods.repeatable : FaultMethods.once, "\(caller)-\(number)")
            calls.add(1, ordering: .relaxed)
        }
        ended.add(1, ordering: .relaxed)
    }

    private func call(_ method: RPCMethod<Text, Text>, _ key: String) async {
        let started = NIODeadline.now()
        var answer: String?
        let fault = await fault {
            answer = try await client.call(method, Text(text: key), timeout: Self.timeout).text
            return answer
        }
        ledger.note(
            CallRecord(
                key: key, method: method.entry, started: started, deadline: started + Self.timeout, ended: .now(),
                fault: fault, answer: answer))
    }
}
