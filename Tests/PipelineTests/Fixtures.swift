import NIOCore
import NIOPosix

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
