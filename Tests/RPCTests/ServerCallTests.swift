import Foundation
import NIOCore
import Testing

@testable import RPC

/// What is decided about a call without a connection.
@Suite struct ServerCallTests {
    private let now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private let news = RPCMethod<Text, Text>(0x7020, "test.news", callers: ["gateway"], isLongPoll: true)
    private let items = RPCStreamMethod<Text, Text>(0x7021, "test.items", callers: ["gateway"])

    private func call(
        _ entry: RPCMethodEntry = TestMethods.echo.entry, flags: Frame.Flags = [], timeLeft: TimeAmount? = .seconds(4)
    ) -> ServerCall {
        let method = ServedMethod(RPCRouter.Route(entry: entry, handler: .unary { body, _ in RPCReply(body: body) }))
        return ServerCall(
            frame: Frame(.request, flags: flags, id: 1), method: method, arrival: now,
            deadline: timeLeft.map { now + $0 })
    }

    @Test func onlyCallersOfTheTableAreServed() {
        #expect(call().refusal(to: "gateway") == nil)
        #expect(call().refusal(to: "audit")?.code == "caller_not_allowed")
        #expect(call(BuiltInMethods.health.entry).refusal(to: "audit") == nil)
    }

    @Test(arguments: [Frame.Flags.wantsStream, .notExecuted, .doNotRetry])
    func flagsThatDoNotFitTheMethodAreRefused(_ flags: Frame.Flags) {
        #expect(call(flags: flags).refusal(to: "gateway")?.code == "bad_frame")
    }

    @Test func callWaitsForAQuarterOfItsTimeAtMost() {
        #expect(call().canWait(.seconds(1)))
        #expect(!call().canWait(.seconds(1) + .nanoseconds(1)))
        #expect(call(timeLeft: nil).canWait(.hours(1)))
    }

    @Test func turnThatComesTooLateBeginsNothing() {
        #expect(call().refusal(at: now + .milliseconds(3999), isDraining: true) == nil)
        #expect(call().refusal(at: now + .seconds(4), isDraining: false) == .expired)
        #expect(call(news.entry).refusal(at: now, isDraining: true) == .draining)
        var cancelled = call()
        cancelled.isCancelled = true
        #expect(cancelled.refusal(at: now + .seconds(4), isDraining: false) == .cancelledBeforeStart)
    }

    @Test func thatAnotherCallDidNotRunSaysNothingOfThisOne() {
        #expect(call().fault(for: RPCFault.busy, at: now, isDraining: false) == .busy)
        var received = RPCFault.busy
        received.isReceived = true
        #expect(call().fault(for: received, at: now, isDraining: false)?.isNotExecuted == false)
    }

    @Test func cancelledHandlerTellsWhy() {
        let ended = CancellationError()
        #expect(call().fault(for: ended, at: now, isDraining: false)?.status == .cancelled)
        #expect(call().fault(for: ended, at: now + .seconds(4), isDraining: false)?.status == .deadlineExceeded)
        // A call that does not only wait for news may have had its effect.
        #expect(call().fault(for: ended, at: now, isDraining: true)?.status == .cancelled)
        #expect(call(news.entry).fault(for: ended, at: now, isDraining: true) == .draining)
        #expect(call(items.entry).fault(for: ended, at: now, isDraining: true) == .streamDrained)
    }

    /// 75 is EX_TEMPFAIL where an error of ours says it, and EOVERFLOW where the system does.
    @Test func storeThatCannotTakeTheWorkNowIsBusyAndOtherErrorsAreForTheLog() {
        struct Full: CustomNSError { var errorCode: Int { 75 } }
        let busy = call().fault(for: Full(), at: now, isDraining: false)
        #expect(busy?.status == .resourceExhausted)
        #expect(busy?.isNotExecuted == true)
        #expect(call().fault(for: POSIXError(.EOVERFLOW), at: now, isDraining: false) == nil)
        #expect(call().fault(for: CocoaError(.fileNoSuchFile), at: now, isDraining: false) == nil)
    }
}
