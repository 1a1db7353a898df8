import EchoLoad
import Foundation
import NIOCore

/// A unary echo of bytes over our RPC: server, load generator, and the measurements that need our server.
@main
struct RPCEcho {
    private static let usage = """
        usage: rpc-echo \(EchoArguments.usage)
               rpc-echo client PORT IN_FLIGHT SECONDS [BYTES] --slow-share SHARE
               rpc-echo client PORT IN_FLIGHT SECONDS --overload FACTOR [--connections N]
               rpc-echo allocations
        """

    /// A forgotten server ends by itself.
    private static let serverLifetime = Duration.seconds(3600)

    static func main() async { await EchoProgram.run("rpc-echo", run) }

    private static func run() async throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        if arguments == ["allocations"] { return try await Allocations().run().printAsLine() }
        let slowShare = EchoArguments.option("--slow-share", from: 0, in: &arguments)
        let overload = EchoArguments.option("--overload", in: &arguments)
        let connections = EchoArguments.option("--connections", in: &arguments).map { Int($0) }
        switch EchoArguments(arguments) {
        case .server(let port):
            _ = try await EchoPeers.server(port: port)
            try await Task.sleep(for: serverLifetime)
        case .client(let port, _, let seconds, _) where overload != nil:
            let overload = Overload(
                factor: overload ?? 1, seconds: seconds, connections: connections ?? Overload.connectionsDefault)
            try await overload.run(port: port).printAsLine()
        case .client(let port, let inFlight, let seconds, let bytes):
            try await load(port, inFlight, seconds, ByteBuffer(repeating: UInt8(ascii: "x"), count: bytes), slowShare)
        case nil:
            print(usage)
            exit(EX_USAGE)
        }
    }

    private static func load(_ port: Int, _ inFlight: Int, _ seconds: Double, _ body: ByteBuffer, _ slowShare: Double?)
        async throws
    {
        try await EchoPeers.withClient(port: port) { client in
            let loop = ClosedLoop(inFlight: inFlight, seconds: seconds, executor: client.executor)
            if let slowShare {
                try await SlowShare(share: slowShare).run(client, loop, body).printAsLine()
            } else {
                try await loop.run { try await client.call(EchoMethods.echo, body) }.printAsLine()
            }
        }
    }
}
