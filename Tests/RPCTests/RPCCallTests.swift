import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import RPC

private let echo: RPCRouter = {
    var router = RPCRouter()
    router.on(TestMethods.echo) { input, _ in input }
    return router
}()

@Test func callAnswersWhatTheHandlerReturns() async throws {
    try await Loopback.with(echo) { loopback in
        let answer = try await loopback.client.call(TestMethods.echo, Text(text: "Falcon"), timeout: .seconds(60))
        #expect(answer == Text(text: "Falcon"))
    }
}

@Test func thousandCallsAtOnceShareOneConnectionPerLoop() async throws {
    try await Loopback.with(echo) { loopback in
        try await withThrowingTaskGroup(of: Bool.self) { tasks in
            for number in 0..<1000 {
                tasks.addTask {
                    try await loopback.client.call(TestMethods.echo, Text(text: "\(number)"), timeout: .seconds(60))
                        .text == "\(number)"
                }
            }
            for try await isRight in tasks { #expect(isRight) }
        }
        let stats = try await loopback.client.call(BuiltInMethods.stats, Nothing(), timeout: .seconds(60))
        #expect(stats.connections <= System.coreCount)
        #expect(stats.methods.first { $0.name == "test.echo" }?.calls == 1000)
    }
}

@Test func faultOfTheHandlerArrivesWhole() async throws {
    var router = RPCRouter()
    let sent = RPCFault(
        .failedPrecondition, "rules_unmet", "Two rules are unmet.", errors: [FieldFault("a", "b", "c")],
        current: "{\"v\":1}", conflictingFields: ["a", "b"])
    var received = sent
    received.isReceived = true
    router.on(TestMethods.echo) { _, _ in throw sent }
    try await Loopback.with(router) { [received] loopback in
        #expect(
            await fault { try await loopback.client.call(TestMethods.echo, Text(text: ""), timeout: .seconds(60)) }
                == received)
    }
}

@Test func otherErrorsLeaveAsInternalWithoutTheirWords() async throws {
    struct Secret: Error { let word = "hunter2" }
    var router = RPCRouter()
    router.on(TestMethods.echo) { _, _ in throw Secret() }
    try await Loopback.with(router) { loopback in
        let fault = await fault {
            try await loopback.client.call(TestMethods.echo, Text(text: ""), timeout: .seconds(60))
        }
        #expect(fault?.status == .internal)
        #expect(fault?.message.contains("hunter2") == false)
    }
}

@Test func deadlineEndsACallThatNobodyAnswers() async throws {
    let latch = Latch()
    var router = RPCRouter()
    router.on(TestMethods.hold) { input, _ in
        await latch.wait()
        // The server gives up, too, and may be first.
        try Task.checkCancellation()
        return input
    }
    try await Loopback.with(router) { loopback in
        // As long as there is no connection, a call that runs out of time was unavailable.
        var ended: RPCFault?
        repeat {
            ended = await fault {
                try await loopback.client.call(TestMethods.hold, Text(text: ""), timeout: .milliseconds(100))
            }
        } while ended?.status == .unavailable
        #expect(ended?.status == .deadlineExceeded)
        latch.open()
    }
}

@Test func cancelReachesTheHandler() async throws {
    let started = Latch()
    let sawCancel = Latch()
    var router = RPCRouter()
    router.on(TestMethods.hold) { input, _ in
        started.open()
        await withTaskCancellationHandler {
            await Latch().wait()
        } onCancel: {
            sawCancel.open()
        }
        return input
    }
    try await Loopback.with(router) { loopback in
        let call = Task { try await loopback.client.call(TestMethods.hold, Text(text: ""), timeout: .seconds(60)) }
        await started.wait()
        call.cancel()
        await sawCancel.wait()
        #expect(await fault { try await call.value }?.status == .cancelled)
    }
}

@Test func callsAboveTheInFlightLimitAreRefusedUnexecuted() async throws {
    let latch = Latch()
    let executed = Mutex(0)
    var router = RPCRouter()
    router.on(TestMethods.hold) { input, _ in
        executed.withLock { $0 += 1 }
        await latch.wait()
        return input
    }
    var limits = RPCLimits.default
    limits.inFlightMax = 1
    try await Loopback.with(router, serverLimits: limits) { loopback in
        await withTaskGroup(of: RPCStatus.self) { tasks in
            for _ in 0..<10 {
                tasks.addTask {
                    await fault {
                        try await loopback.client.call(TestMethods.hold, Text(text: ""), timeout: .seconds(20))
                    }?.status ?? .ok
                }
            }
            var refused = 0
            for await status in tasks {
                if status == .resourceExhausted { refused += 1 }
                if refused >= 10 - System.coreCount { latch.open() }
            }
            #expect(refused >= 10 - System.coreCount)
        }
        #expect(executed.withLock { $0 } <= System.coreCount)
    }
}

@Test func callerThatIsNotInTheTableIsRefused() async throws {
    try await Loopback.with(echo, peer: "audit") { loopback in
        let fault = await fault {
            try await loopback.client.call(TestMethods.echo, Text(text: ""), timeout: .seconds(60))
        }
        #expect(fault?.status == .permissionDenied)
        #expect(fault?.isNotExecuted == true)
    }
}

@Test func onlyTheGatewayMaySpeakForAUser() async throws {
    var router = RPCRouter()
    router.on(TestMethods.whoAmI) { _, context in Text(text: context.identity?.subject.uuidString ?? "nobody") }
    let user = RPCIdentity(subject: UUID(), session: UUID(), roles: 2)
    for (peer, isAllowed) in [("gateway", true), ("deals-peer", false)] {
        try await Loopback.with(router, peer: peer) { loopback in
            let context = RPCContext(peer: "", identity: user)
            let answer = try? await loopback.client.call(
                TestMethods.whoAmI, Nothing(), timeout: .seconds(60), context: context)
            #expect(answer?.text == (isAllowed ? user.subject.uuidString : nil))
        }
    }
}

@Test func resourceRepliesTellTheirIdAndVersion() async throws {
    struct Thing: Codable, Sendable, RPCResource {
        var resourceID = "id-1"
        var version: Int64 = 42
    }
    let method = RPCMethod<Nothing, Thing>(0x7010, "test.thing", callers: ["gateway"])
    var router = RPCRouter()
    router.on(method) { _, _ in Thing() }
    try await Loopback.with(router) { loopback in
        let reply = try await loopback.client.send(method.entry, body: ByteBuffer(), timeout: .seconds(60))
        #expect(reply.resource == "id-1")
        #expect(reply.version == 42)
    }
}

@Test func unknownMethodIsUnimplemented() async throws {
    try await Loopback.with(RPCRouter()) { loopback in
        #expect(
            await fault { try await loopback.client.call(TestMethods.echo, Text(text: ""), timeout: .seconds(60)) }?
                .status == .unimplemented)
    }
}

@Test func describeListsTheMethodTable() async throws {
    try await Loopback.with(echo) { loopback in
        let table = try await loopback.client.call(BuiltInMethods.describe, Nothing(), timeout: .seconds(60))
        #expect(table.methods.map(\.name) == ["test.echo"])
        #expect(try await loopback.client.health(timeout: .seconds(60)).isReady)
    }
}

@Test func callTooLargeForAFrameIsRefusedBeforeItIsSent() async throws {
    try await Loopback.with(echo) { loopback in
        let large = Text(text: String(repeating: "x", count: RPCLimits.default.frameBytesMax))
        #expect(
            await fault { try await loopback.client.call(TestMethods.echo, large, timeout: .seconds(60)) }?.code
                == "request_too_large")
    }
}
