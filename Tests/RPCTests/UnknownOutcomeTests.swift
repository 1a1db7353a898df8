import NIOCore
import NIOPosix
import Testing

@testable import RPC

/// `isNotExecuted` lets any caller send a call again, so it may be said only of what certainly did not run.
@Suite(.timeLimit(.minutes(5))) struct UnknownOutcomeTests {
    /// The first attempt ran and its reply was lost; the second found no server. That the second did not run says nothing
    /// about the call.
    @Test func callThatRanOnceIsNotSaidToBeNotExecutedBecauseItsRepetitionWasNot() async throws {
        let ledger = FaultLedger()
        let plan = FaultPlan(.cut(afterBytes: 0), at: FaultTrigger(kind: .response, direction: .toClient))
        try await withProxy(
            plan, ledger.router(), clientLimits: impatient(.seconds(10)), serverLimits: impatient(.seconds(10)),
            connectionWait: .milliseconds(300)
        ) { client, proxy in
            #expect(await eventually { (try? client.isConnected) == true })
            proxy.leadNowhere()
            let lost = await fault {
                try await client.call(FaultMethods.repeatable, Text(text: "ran"), timeout: .seconds(60))
            }
            #expect(lost?.status == .unavailable)
            #expect(ledger.effects(of: "ran") == 1)
            #expect(lost?.isNotExecuted == false)
        }
    }

    /// Where the server deduplicates, a key makes a lost reply harmless; without one the call is lost with it.
    @Test(arguments: [nil, "key-1"])
    func lostReplyIsAskedForAgainWhereAKeyMakesThatHarmless(_ key: String?) async throws {
        let method = RPCMethod<Text, Text>(0x7105, "fault.keyed", callers: ["gateway"], deduplicates: true)
        let ledger = FaultLedger()
        var router = RPCRouter()
        router.on(method) { input, context in
            ledger.noteEffect(context.idempotencyKey ?? "none")
            return input
        }
        let plan = FaultPlan(.cut(afterBytes: 0), at: FaultTrigger(kind: .response, direction: .toClient))
        try await withProxy(
            plan, router, clientLimits: impatient(.seconds(10)), serverLimits: impatient(.seconds(10))
        ) { client, _ in
            let context = RPCContext(peer: "", idempotencyKey: key, deadline: .now() + .seconds(60))
            let ended = await fault {
                try await client.call(method, Text(text: "x"), timeout: .seconds(60), context: context)
            }
            #expect(ended?.code == (key == nil ? "connection_lost" : nil))
            #expect(ledger.effects(of: key ?? "none") == (key == nil ? 1 : 2))
        }
    }

    /// A handler that is cancelled had begun: what it did before is done, also while the server drains.
    @Test func callThatIsCancelledWhileTheServerDrainsIsNotSaidToBeNotExecuted() async throws {
        let ledger = FaultLedger()
        let started = Latch()
        let release = Latch()
        var router = RPCRouter()
        router.on(FaultMethods.once) { input, _ in
            ledger.noteEffect(input.text)
            started.open()
            await release.wait()
            throw CancellationError()
        }
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let server = try Loopback.server(router, on: eventLoop)
        try await server.start()
        let client = try Loopback.client(
            port: try #require(server.localPort), attemptsMax: 1, on: eventLoop)
        await withTaskGroup { tasks in
            tasks.addTask { await client.run() }
            async let ended = fault {
                // A call that fails before must not leave the test waiting.
                defer { started.open() }
                return try await client.call(FaultMethods.once, Text(text: "half done"), timeout: .seconds(60))
            }
            await started.wait()
            async let drained: Void = server.drain(within: .seconds(60))
            #expect(await eventually { (try? client.isConnected) == false })
            release.open()
            let fault = await ended
            await drained
            #expect(ledger.effects(of: "half done") == 1)
            #expect(fault?.isNotExecuted == false)
            tasks.cancelAll()
        }
    }
}
