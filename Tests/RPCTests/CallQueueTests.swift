import NIOCore
import NIOPosix
import Testing

@testable import RPC

private func call(_ id: UInt32) -> ServerCall {
    var router = RPCRouter()
    router.on(TestMethods.echo) { input, _ in input }
    let method = ServedMethods(router)[TestMethods.echo.entry.id]
    return ServerCall(frame: Frame(.request, id: id), method: method, arrival: .now(), deadline: nil)
}

@Test func queueIsFirstInFirstOutAndFindsWhatIsCancelled() {
    var queue = CallQueue()
    for id in [2, 3, 5, 8, 9] as [UInt32] { queue.add(call(id)) }
    let found = ([1, 2, 4, 8, 10] as [UInt32]).filter { queue.cancel($0) }
    #expect(found == [2, 8])
    var order: [UInt32] = []
    var cancelled: [UInt32] = []
    while let call = queue.next() {
        order.append(call.frame.id)
        if call.isCancelled { cancelled.append(call.frame.id) }
    }
    #expect(order == [2, 3, 5, 8, 9])
    #expect(cancelled == [2, 8])
    let isFoundAgain = queue.cancel(2)
    #expect(!isFoundAgain)
}

@Test func expectedWaitIsWhatTheCallsBeforeTookOnAverage() {
    var load = LoopLoad()
    #expect(load.expectedWait == .nanoseconds(0))
    for _ in 0..<200 { load.ran(for: .microseconds(100)) }
    #expect(load.expectedWait == .nanoseconds(0))
    for _ in 0..<12 { load.arrived() }
    load.left(2)
    #expect(abs(load.expectedWait.nanoseconds - 1_000_000) < 10_000)
}

@Test func retriesStopAtHalfOfTheBudgetAndSuccessBringsThemBack() {
    let budget = RetryBudget()
    #expect((0..<20).filter { _ in budget.take() }.count == 5)
    for _ in 0..<9 { budget.succeeded() }
    #expect(!budget.take())
    budget.succeeded()
    #expect(budget.take())
    #expect(!budget.take())
    for _ in 0..<10_000 { budget.succeeded() }
    #expect((0..<20).filter { _ in budget.take() }.count == 5)
}

/// Handlers that burn the event loop's time: more is asked for than can be done.
@Test func overloadedServerRefusesWhatWouldComeTooLateAndRunsNothingThatIs() async throws {
    let calls = 1000
    var router = RPCRouter()
    let late = Counter()
    router.onBytes(TestMethods.hold.entry) { body, context in
        // The machine may take the thread away just after the server looked at its clock.
        if NIODeadline.now() > context.deadline + .milliseconds(50) { late.add(1) }
        let end = NIODeadline.now() + .milliseconds(2)
        while NIODeadline.now() < end {}
        return RPCReply(body: body)
    }
    // Loops of its own, so that the neighbours keep theirs.
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    try await Loopback.with(router, serverGroup: group) { loopback in
        let outcomes = await withTaskGroup(of: RPCFault?.self) { tasks in
            for _ in 0..<calls {
                tasks.addTask {
                    await fault {
                        try await loopback.client.send(
                            TestMethods.hold.entry, body: ByteBuffer(), timeout: .seconds(1))
                    }
                }
            }
            return await tasks.reduce(into: [RPCFault?]()) { $0.append($1) }
        }
        #expect(outcomes.contains { $0 == nil })
        #expect(outcomes.allSatisfy { [nil, .resourceExhausted, .deadlineExceeded].contains($0?.status) })
        #expect(late.value == 0)
        let stats = try await loopback.client.call(BuiltInMethods.stats, Nothing(), timeout: .seconds(30))
        #expect(stats.refused + stats.expired > 0)
    }
    try await group.shutdownGracefully()
}
