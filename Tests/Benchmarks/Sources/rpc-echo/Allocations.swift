import EchoLoad
import Foundation
import NIOCore
import RPC

/// Heap allocations of one call, both ends together: client and server run in this process, over loopback.
struct Allocations {
    private static let calls = 19_200
    private static let warmUpCalls = 3_840
    private static let inFlight = [1, 64]

    struct Figures: Encodable {
        var inFlight: Int
        var allocationsPerCall: Double
    }

    struct NoCounter: Error, CustomStringConvertible {
        let description = "allocations are not counted: start it with LD_PRELOAD=…/count-allocations.so"
    }

    func run() async throws -> [Figures] {
        let count = try Self.counter()
        let server = try await EchoPeers.server(port: 0)
        let body = ByteBuffer(repeating: UInt8(ascii: "x"), count: EchoArguments.bytesDefault)
        return try await EchoPeers.withClient(port: server.localPort ?? 0) { client in
            var figures: [Figures] = []
            for inFlight in Self.inFlight {
                try await Self.load(client, body, inFlight: inFlight, calls: Self.warmUpCalls)
                let before = count()
                try await Self.load(client, body, inFlight: inFlight, calls: Self.calls)
                let perCall = Double(count() - before) / Double(Self.calls)
                figures.append(Figures(inFlight: inFlight, allocationsPerCall: perCall))
            }
            return figures
        }
    }

    private static func load(_ client: EchoClient, _ body: ByteBuffer, inFlight: Int, calls: Int) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for _ in 0..<inFlight {
                group.addTask(executorPreference: client.executor) {
                    for _ in 0..<calls / inFlight { try await client.call(EchoMethods.echo, body) }
                }
            }
        }
    }

    /// What `shims/count-allocations.c` exports.
    private static func counter() throws -> @convention(c) () -> UInt {
        guard let symbol = dlsym(nil, "ibp_allocations") else { throw NoCounter() }
        return unsafeBitCast(symbol, to: (@convention(c) () -> UInt).self)
    }
}
