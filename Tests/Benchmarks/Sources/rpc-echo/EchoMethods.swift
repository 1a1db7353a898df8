import NIOCore
import RPC

/// The calls of the benchmark's server.
enum EchoMethods {
    private static let callers: Set<String> = [EchoPeers.clientName]

    /// Answers what came.
    static let echo = RPCMethodEntry(id: 0x7F01, name: "bench.echo", callers: callers, isIdempotent: true)
    /// The same after `EchoServer.slowPause`.
    static let slow = RPCMethodEntry(id: 0x7F02, name: "bench.slow", callers: callers, isIdempotent: true)
    /// The same after `EchoServer.burnNanoseconds` of work; the text is the caller's deadline (`Uptime.nanoseconds`).
    static let burn = RPCMethodEntry(id: 0x7F03, name: "bench.burn", callers: callers, isIdempotent: true)
    /// The same as `burn`. What the light load around an overload asks must not count as the overload's.
    static let lightBurn = RPCMethodEntry(id: 0x7F05, name: "bench.lightBurn", callers: callers, isIdempotent: true)
    static let counts = RPCMethod<Nothing, BurnCounts>(0x7F04, "bench.counts", callers: callers, isIdempotent: true)
}

/// Calls of `burn` and `lightBurn` that began too late, since the server started.
struct BurnCounts: Codable, Sendable {
    /// After the deadline that the server knows: counted from when it read the call.
    var afterDeadline: Int
    /// After the deadline on the caller's clock: time in socket buffers counts too.
    var afterCallersDeadline: Int

    static func - (now: BurnCounts, before: BurnCounts) -> BurnCounts {
        BurnCounts(
            afterDeadline: now.afterDeadline - before.afterDeadline,
            afterCallersDeadline: now.afterCallersDeadline - before.afterCallersDeadline)
    }
}
