import EchoLoad
import NIOCore
import RPC

/// Asks for many times what the server can do, then for little again: how much useful work is left, what was done too late,
/// and how soon all is as before.
///
/// The calls come over several connections, as from several callers: limits of one connection alone must not be what saves
/// the server. The client's own repeats are off, so that the rate is the rate.
struct Overload {
    static let deadlineMilliseconds: Int64 = 100
    static let connectionsDefault = 4
    private static let peakInFlight = 64
    private static let peakSeconds = 3.0

    let factor: Double
    let seconds: Double
    let connections: Int

    struct Figures: Encodable {
        var connections: Int
        var deadlineMilliseconds: Int64
        var burnMicroseconds: Int
        var peakPerSecond: Double
        var offeredPerSecond: Double
        /// What the generator had to leave out because it was late or too many calls of its own were unanswered.
        var unsentPerSecond: Double
        /// What reached the server, whatever became of it there.
        var arrivedPerSecond: Double
        var executedPerSecond: Double
        /// Answered with success within the deadline, by the caller's clock.
        var goodputPerSecond: Double
        var executedAfterDeadline: Int
        var executedAfterCallersDeadline: Int
        var calmP50Microseconds: Double
        /// Nil when the server did not recover while it was watched.
        var recoverySeconds: Double?
    }

    func run(port: Int) async throws -> Figures {
        try await EchoPeers.withClient(port: port, connections: connections, repeats: false) { client in
            try await client.connect()
            let peak = try await ClosedLoop(
                inFlight: Self.peakInFlight, seconds: Self.peakSeconds, executor: client.executor
            ).run { try await Self.burn(client, EchoMethods.burn, timeout: EchoClient.timeout) }
            let recovery = Recovery(client)
            let calm = try await recovery.calm()
            let lateBefore = try await client.counts()
            let before = try await client.burnStats()
            let load = OpenLoop(perSecond: peak.callsPerSecond * factor, seconds: seconds, executor: client.executor)
            let (counts, watch) = try await load.run({ try await Self.burn(client, EchoMethods.burn) }) {
                await recovery.watch()
            }
            let late = try await client.counts() - lateBefore
            let after = try await client.burnStats()
            let arrived = after.calls - before.calls
            let executed = arrived - (after.failures - before.failures)
            return Figures(
                connections: connections, deadlineMilliseconds: Self.deadlineMilliseconds,
                burnMicroseconds: EchoServer.burnNanoseconds / 1000, peakPerSecond: peak.callsPerSecond,
                offeredPerSecond: Double(counts.sent) / seconds, unsentPerSecond: Double(counts.unsent) / seconds,
                arrivedPerSecond: Double(arrived) / seconds, executedPerSecond: Double(executed) / seconds,
                goodputPerSecond: Double(counts.good) / seconds, executedAfterDeadline: late.afterDeadline,
                executedAfterCallersDeadline: late.afterCallersDeadline,
                calmP50Microseconds: calm, recoverySeconds: watch.seconds(until: calm * Recovery.tolerance))
        }
    }

    /// - Parameters:
    ///   - method: `burn` or `lightBurn`.
    ///   - timeout: long where nothing is overloaded yet, so that no neighbour makes the server refuse a call.
    static func burn(
        _ client: EchoClient, _ method: RPCMethodEntry,
        timeout: TimeAmount = .milliseconds(Overload.deadlineMilliseconds)
    ) async throws {
        let deadline = Uptime.nanoseconds + UInt64(timeout.nanoseconds)
        try await client.call(method, ByteBuffer(string: String(deadline)), timeout: timeout)
    }
}
