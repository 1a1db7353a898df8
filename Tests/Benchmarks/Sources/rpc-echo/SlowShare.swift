import EchoLoad
import NIOCore
import Synchronization

/// The ordinary load with some calls among it that the server answers late. Those go beside the ones in flight, not in their
/// place: callers that sit in slow calls would load the server less and make the ordinary ones look faster.
struct SlowShare {
    /// Far above what the share makes at the fastest rates seen; beyond it none is added.
    private static let inFlightMax = 512

    /// Of the ordinary calls: so many are followed by a slow one. 0 is the load to compare with, by the same code.
    let share: Double

    struct Figures: Encodable {
        var ordinary: EchoFigures
        var slowCallsPerSecond: Double
    }

    private final class State: Sendable {
        let ordinary = Atomic(0)
        let slow = Atomic(0)
        let inFlight = Atomic(0)
    }

    func run(_ client: EchoClient, _ loop: ClosedLoop, _ body: ByteBuffer) async throws -> Figures {
        let state = State()
        let start = Uptime.nanoseconds + ClosedLoop.warmUpNanoseconds
        let ordinary = try await load(client, loop, body, state, counting: start..<start + UInt64(loop.seconds * 1e9))
        let slow = state.slow.load(ordering: .relaxed)
        return Figures(ordinary: ordinary, slowCallsPerSecond: Double(slow) / loop.seconds)
    }

    /// - Parameter counted: the times at which a slow call must begin to be counted, as an ordinary one must.
    private func load(
        _ client: EchoClient, _ loop: ClosedLoop, _ body: ByteBuffer, _ state: State, counting counted: Range<UInt64>
    ) async throws -> EchoFigures {
        let every = share > 0 ? max(Int(1 / share), 1) : Int.max
        let (turns, turn) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(Self.inFlightMax))
        return try await withThrowingTaskGroup(of: EchoFigures?.self) { group in
            group.addTask(executorPreference: client.executor) {
                defer { turn.finish() }
                return try await loop.run {
                    try await client.call(EchoMethods.echo, body)
                    if state.ordinary.add(1, ordering: .relaxed).newValue.isMultiple(of: every) { turn.yield() }
                }
            }
            group.addTask(executorPreference: client.executor) {
                try await withThrowingDiscardingTaskGroup { slow in
                    for await _ in turns where state.inFlight.load(ordering: .relaxed) < Self.inFlightMax {
                        state.inFlight.add(1, ordering: .relaxed)
                        slow.addTask(executorPreference: client.executor) {
                            if counted.contains(Uptime.nanoseconds) { state.slow.add(1, ordering: .relaxed) }
                            try await client.call(EchoMethods.slow, body)
                            state.inFlight.subtract(1, ordering: .relaxed)
                        }
                    }
                }
                return nil
            }
            var figures: EchoFigures?
            for try await part in group { figures = figures ?? part }
            guard let figures else { throw EchoClient.BadReply() }
            return figures
        }
    }
}
