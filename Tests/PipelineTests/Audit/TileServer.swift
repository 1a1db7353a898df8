import Foundation
import HTTPServer
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import TransparencyLog

@testable import ibpipeline

/// Serves a log as the gateway does, on loopback.
final class TileServer: HTTPHandler {
    struct State {
        var log: TestLog
        var size: Int
        /// Of those that were answered with 200, without the prefix.
        var served: [String] = []
        /// How many requests it answers before it breaks down; nil for all.
        var requestsLeft: Int?
        var minimumIndex: Int64 = 0
        /// Becomes the minimum as soon as this was served.
        var prunes: (after: String, before: Int64)?
        /// What it does not serve, though it has it.
        var withheld: Set<String> = []
        var tokens: Set<String> = []
    }

    private let state: Mutex<State>

    init(_ log: TestLog, size: Int? = nil) { state = Mutex(State(log: log, size: size ?? log.entries.count)) }

    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

    /// What was served since the last time.
    func takeServed() -> [String] {
        state.withLock { state in
            defer { state.served = [] }
            return state.served
        }
    }

    var tokens: Set<String> { state.withLock { $0.tokens } }

    func serve(_ body: @escaping (_ url: String) async throws -> Void) async throws {
        try await HTTPServer.serve(self, body)
    }

    func admit(_ head: HTTPHead) -> HTTPAdmission { .read(bodyBytesMax: 0) }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        let path = request.head.path
        let bytes = state.withLock { state -> Data? in
            if let token = request.head.headers.first(name: "authorization") { state.tokens.insert(token) }
            guard path.hasPrefix(LogClient.prefix), state.requestsLeft != 0 else { return nil }
            state.requestsLeft = state.requestsLeft.map { $0 - 1 }
            let name = String(path.dropFirst(LogClient.prefix.count))
            guard let bytes = try? Self.bytes(name, state) else { return nil }
            state.served.append(name)
            if let prunes = state.prunes, prunes.after == name { state.minimumIndex = prunes.before }
            return bytes
        }
        guard let bytes else { return HTTPResponse(status: .notFound) }
        return HTTPResponse(status: .ok, body: ByteBuffer(bytes: bytes))
    }

    private static func bytes(_ name: String, _ state: State) throws -> Data? {
        if name == "checkpoint" { return try state.log.signed(state.size).bytes }
        guard let tile = Tile(path: name), !state.withheld.contains(name) else { return nil }
        if case .entries = tile.content, tile.mayBePruned(before: state.minimumIndex) { return nil }
        return try state.log.bytes(of: tile, size: state.size)
    }
}

extension HTTPServer {
    /// A server on a free port of loopback, for as long as the body takes.
    static func serve(
        _ handler: some HTTPHandler, _ body: @escaping (_ url: String) async throws -> Void
    ) async throws {
        let server = HTTPServer(
            host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton, handler: handler,
            faults: { HTTPResponse(status: $0.status) }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        try await server.start()
        do {
            try await body("http://127.0.0.1:\(server.localPort)")
        } catch {
            await server.drain(within: .milliseconds(100))
            throw error
        }
        await server.drain(within: .milliseconds(100))
    }
}
