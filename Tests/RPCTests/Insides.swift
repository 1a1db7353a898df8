import NIOCore
import Testing

@testable import RPC

/// What client and server hold privately, for tests that prove that nothing is left behind.
enum Insides {
    /// Calls that the client has neither answered nor failed.
    static func pendingCalls(of client: RPCClient) async throws -> Int {
        var sum = 0
        for link in try links(of: client) {
            sum += try await link.eventLoop.submit {
                let waiting = try children(of: link, "waiting").count
                let connection: ClientConnection? = try value(of: link, "connection")
                return try waiting + (connection.map { try children(of: $0, "pending").count } ?? 0)
            }.get()
        }
        return sum
    }

    static func links(of client: RPCClient) throws -> [ClientLink] { try value(of: client, "links") }

    static func stats(of server: RPCServer) throws -> RPCStatsReport {
        let stats: RPCStats = try value(of: server, "stats")
        return stats.report
    }

    private static func value<T>(of subject: Any, _ label: String) throws -> T {
        let child = try #require(Mirror(reflecting: subject).children.first { $0.label == label })
        return try #require(child.value as? T)
    }

    private static func children(of subject: Any, _ label: String) throws -> Mirror.Children {
        let child = try #require(Mirror(reflecting: subject).children.first { $0.label == label })
        return Mirror(reflecting: child.value).children
    }
}

/// Repeats until the condition holds, at most half a minute long.
func eventually(_ condition: () async throws -> Bool) async rethrows -> Bool {
    let end = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < end {
        if try await condition() { return true }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return false
}
