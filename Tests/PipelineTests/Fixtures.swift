import NIOCore
import NIOPosix
import ServiceKit

@testable import ibpipeline

/// Listens on a port for as long as a test wants it taken.
struct TakenPort {
    let channel: any Channel
    var port: Int { channel.localAddress?.port ?? 0 }

    func release() async throws { try await channel.close() }
}

extension Ports {
    static func hold() async throws -> TakenPort {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        return TakenPort(channel: channel)
    }
}

extension ClusterPlan {
    /// Of a cluster that nobody starts.
    static func sample(
        _ directory: DataDirectory = DataDirectory("/var/ib"), host: String = "127.0.0.1", encrypts: Bool = false,
        caller: [String: String] = [:]
    ) throws -> ClusterPlan {
        ClusterPlan(
            directory: directory,
            executables: Dictionary(uniqueKeysWithValues: services.map { ($0, "/opt/\($0)") }),
            listen: Address(host: host, port: 8080), ports: Array(5001...5009), logLevel: "info", logFormat: "json",
            encrypts: encrypts, caller: try CallerEnvironment(caller))
    }
}
