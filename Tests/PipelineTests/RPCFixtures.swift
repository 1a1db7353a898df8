import ArgumentParser
import Contracts
import Foundation
import Logging
import NIOCore
import NIOPosix
import RPC
import Synchronization
import Testing

@testable import ibpipeline

/// A service in this process, and the file of its secret.
struct TestService: Sendable {
    static let secret = String(repeating: "s", count: 32)

    let port: Int
    let secretFile: String
    let folder: TemporaryFolder

    /// What every command needs to find it.
    var arguments: [String] {
        ["deals", "--address", "127.0.0.1:\(port)", "--secret-file", secretFile, "--timeout", "60s"]
    }

    static func with(
        _ router: RPCRouter = RPCRouter(), isReady: Bool = true, tableHash: String? = MethodTable.hash,
        name: String = "deals", _ body: (TestService) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let server = try await start(router, port: 0, isReady: isReady, tableHash: tableHash, name: name)
        let secretFile = try folder.file("rpc.secret", secret)
        let service = TestService(port: try #require(server.localPort), secretFile: secretFile, folder: folder)
        do {
            try await body(service)
        } catch {
            await server.drain(within: .milliseconds(100))
            throw error
        }
        await server.drain(within: .milliseconds(100))
    }

    static func start(
        _ router: RPCRouter = RPCRouter(), port: Int, isReady: Bool = true, tableHash: String? = MethodTable.hash,
        name: String = "deals"
    ) async throws -> RPCServer {
        var configuration = RPCServer.Configuration(
            host: "127.0.0.1", port: port, service: name, version: "0.1.0",
            security: .secret(try #require(HandshakeSecret(Array(secret.utf8)))))
        configuration.tableHash = tableHash
        configuration.isReady = { isReady }
        configuration.limits.handshakeTimeout = .seconds(60)
        let server = RPCServer(
            configuration, router: router, group: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await server.start()
        return server
    }

    /// Runs a command with this service's address; what it printed and how it ended.
    func run<Command: ConsoleCommand>(_ type: Command.Type, _ arguments: [String] = []) async throws -> Printed {
        try await run(type, arguments) { try await $0.run(on: $1) }
    }

    func run<Command: AsyncParsableCommand>(
        _ type: Command.Type, _ arguments: [String] = [], _ body: (Command, Console) async throws -> Void
    ) async throws -> Printed {
        let command = try #require(try type.parse(self.arguments + arguments) as Command?)
        return try await folder.capture { try await body(command, $0) }
    }
}

/// What a command left on standard output and standard error, and how it ended.
struct Printed: Sendable {
    var output: String
    var errors: String
    var exitCode: Int32
    /// The one line of a `CommandFailure`.
    var failure: String?

    var lines: [String] { output.split(separator: "\n").map(String.init) }

    func json() throws -> [String: JSONValue] {
        try JSONDecoder().decode([String: JSONValue].self, from: Data(output.utf8))
    }
}

extension TemporaryFolder {
    /// A console that writes to the two files `NAME.out` and `NAME.err`.
    func console(_ name: String) throws -> Console {
        Console(
            output: try #require(FileHandle(forWritingAtPath: try file("\(name).out", ""))),
            errors: try #require(FileHandle(forWritingAtPath: try file("\(name).err", ""))))
    }

    func capture(_ body: (Console) async throws -> Void) async throws -> Printed {
        let name = UUID().uuidString
        let console = try console(name)
        var code: Int32 = 0
        var failure: String?
        do {
            try await body(console)
        } catch let exit as ExitCode {
            code = exit.rawValue
        } catch let error as CommandFailure {
            (code, failure) = (error.code, error.line)
        }
        return Printed(
            output: try text(of: "\(name).out"), errors: try text(of: "\(name).err"), exitCode: code, failure: failure)
    }
}

struct Words: Codable, Sendable, Equatable { var text: String }

enum DealsLike {
    static let echo = RPCMethod<Words, Words>(0x7201, "deals.echo", callers: ["operator"], isIdempotent: true)
    static let create = RPCMethod<Words, Words>(0x7202, "deals.create", callers: ["operator"])
    static let closed = RPCMethod<Words, Words>(0x7203, "deals.closed", callers: ["gateway"], isIdempotent: true)
    static let context = RPCMethod<Nothing, [String]>(0x7204, "deals.context", callers: ["operator"])
    static let count = RPCStreamMethod<Words, Int>(0x7205, "deals.count", callers: ["operator"])
    static let slow = RPCMethod<Nothing, Nothing>(0x7206, "deals.slow", callers: ["operator"], isIdempotent: true)

    static var router: RPCRouter {
        var router = RPCRouter()
        router.on(echo) { words, _ in words }
        router.on(create) { words, _ in
            throw RPCFault.invalid([
                FieldFault("text", "taken", "is the name of another deal"), FieldFault("", "x", "y"),
            ])
        }
        router.on(closed) { words, _ in words }
        router.on(context) { _, context in
            [context.peer, context.idempotencyKey ?? "none"] + context.resource
        }
        router.on(count) { _, _, writer in
            for number in 0..<5 { try await writer.send(number) }
        }
        router.on(slow) { _, _ in
            throw RPCFault(.deadlineExceeded, "deadline_exceeded", "deals did not answer in time.")
        }
        return router
    }
}
