import EchoLoad
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOPosix

/// A unary echo of bytes over grpc-swift-2, without protobuf: server and load generator.
@main
struct GRPCEcho {
    private static let usage = """
        usage: grpc-echo [--threads N] \(EchoArguments.usage)
               --threads N: as many event loops; otherwise those that the transports take by default
        """

    static func main() async { await EchoProgram.run("grpc-echo", run) }

    private static func run() async throws {
        var arguments = Array(CommandLine.arguments.dropFirst())
        let threads = EchoArguments.option("--threads", in: &arguments)
        let group = threads.map { MultiThreadedEventLoopGroup(numberOfThreads: Int($0)) }
        switch EchoArguments(arguments) {
        case .server(let port): try await serve(port, group ?? MultiThreadedEventLoopGroup.singleton)
        case .client(let port, let inFlight, let seconds, let bytes):
            let loop = ClosedLoop(inFlight: inFlight, seconds: seconds)
            try await load(port, loop, bytes, group ?? MultiThreadedEventLoopGroup.singleton)
        case nil:
            print(usage)
            exit(EX_USAGE)
        }
    }

    private static func serve(_ port: Int, _ group: MultiThreadedEventLoopGroup) async throws {
        EchoProgram.limitLifetime()
        let transport = HTTP2ServerTransport.Posix(
            address: .ipv4(host: "127.0.0.1", port: port), transportSecurity: .plaintext, eventLoopGroup: group)
        try await GRPCServer(transport: transport, services: [EchoService()]).serve()
    }

    private static func load(
        _ port: Int, _ loop: ClosedLoop, _ bytes: Int, _ group: MultiThreadedEventLoopGroup
    ) async throws {
        let transport = try HTTP2ClientTransport.Posix(
            target: .ipv4(address: "127.0.0.1", port: port), transportSecurity: .plaintext, eventLoopGroup: group)
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: bytes)
        try await withGRPCClient(transport: transport) { client in
            let figures = try await loop.run {
                let count = try await client.unary(
                    request: ClientRequest(message: body), descriptor: EchoService.echo, serializer: ByteCoder(),
                    deserializer: ByteCoder(), options: .defaults
                ) { try $0.message.count }
                guard count == body.count else { throw RPCError(code: .dataLoss, message: "\(count) bytes came back") }
            }
            try figures.printAsLine()
        }
    }
}

private struct EchoService: RegistrableRPCService {
    static let echo = MethodDescriptor(fullyQualifiedService: "bench.Echo", method: "Echo")

    func registerMethods(with router: inout RPCRouter<some ServerTransport>) {
        router.registerHandler(forMethod: Self.echo, deserializer: ByteCoder(), serializer: ByteCoder()) { stream, _ in
            let request = try await ServerRequest(stream: stream)
            return StreamingServerResponse(single: ServerResponse(message: request.message))
        }
    }
}

private struct ByteCoder: MessageSerializer, MessageDeserializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Bytes { Bytes(message) }

    func deserialize(_ bytes: some GRPCContiguousBytes) throws -> [UInt8] { bytes.withUnsafeBytes(Array.init) }
}
