import EchoLoad
import Foundation
import NIOCore
import RPC
import Synchronization

/// What the server does in its calls.
final class EchoServer: Sendable {
    static let slowPause = TimeAmount.milliseconds(50)
    static let burnNanoseconds = 100_000

    private let eventLoop: any EventLoop
    private let afterDeadline = Atomic(0)
    private let afterCallersDeadline = Atomic(0)

    /// - Parameter eventLoop: the one that serves the calls.
    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func register(in router: inout RPCRouter) {
        router.onBytes(EchoMethods.echo) { body, _ in RPCReply(body: body) }
        router.onBytes(EchoMethods.slow) { body, _ in
            try await self.pause()
            return RPCReply(body: body)
        }
        for method in [EchoMethods.burn, EchoMethods.lightBurn] {
            router.onBytes(method) { body, context in
                self.countLate(context.deadline, callersDeadline: UInt64(String(buffer: body)))
                Self.burn()
                return RPCReply(body: body)
            }
        }
        router.on(EchoMethods.counts) { _, _ in self.counts }
    }

    /// On the loop's own timer: `Task.sleep` would wake another thread for each call, on the cores that are measured.
    private func pause() async throws {
        try await eventLoop.scheduleTask(in: Self.slowPause) {}.futureResult.get()
    }

    private func countLate(_ deadline: NIODeadline, callersDeadline: UInt64?) {
        if deadline < .now() { afterDeadline.add(1, ordering: .relaxed) }
        if let callersDeadline, callersDeadline < Uptime.nanoseconds {
            afterCallersDeadline.add(1, ordering: .relaxed)
        }
    }

    private var counts: BurnCounts {
        BurnCounts(
            afterDeadline: afterDeadline.load(ordering: .relaxed),
            afterCallersDeadline: afterCallersDeadline.load(ordering: .relaxed))
    }

    /// Work by the thread's own clock: the load generator on the same machine must not make it cheaper.
    private static func burn() {
        let end = threadNanoseconds + burnNanoseconds
        while threadNanoseconds < end {}
    }

    private static var threadNanoseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
