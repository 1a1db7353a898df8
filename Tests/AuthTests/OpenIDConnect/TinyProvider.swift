import Foundation
import HTTPServer
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

@testable import auth

/// An OpenID provider in this process, which can be told to lie.
final class TinyProvider: HTTPHandler {
    struct Answer: Sendable {
        var status = HTTPResponseStatus.ok
        var headers = HTTPHeaders()
        var body: [UInt8] = []
        /// Waits until the provider is told to go on.
        var isHeld = false
    }

    struct Asked: Sendable {
        let path: String
        let form: [String: String]
        let authorization: String?
    }

    private struct State {
        var issuer = ""
        var asked: [Asked] = []
        var metadata: [String: any Sendable] = [:]
        var keys: [[String: any Sendable]] = [IDTokenForge.ec()]
        var tokens: [String: any Sendable] = ["token_type": "Bearer", "access_token": "access-1"]
        var userInfo: [String: any Sendable] = [:]
        var forge = IDTokenForge(now: 0)
        var answers: [String: Answer] = [:]
        var held: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    static func with(_ body: (TinyProvider) async throws -> Void) async throws {
        let provider = TinyProvider()
        let server = HTTPServer(
            host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton, handler: provider,
            faults: { HTTPResponse(status: $0.status) },
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        try await server.start()
        provider.state.withLock { $0.issuer = "http://127.0.0.1:\(server.localPort)" }
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(provider)) } catch { outcome = .failure(error) }
        provider.release()
        await server.drain(within: .milliseconds(100))
        try outcome.get()
    }

    var issuer: String { state.withLock(\.issuer) }

    func asked(_ path: String) -> [Asked] { state.withLock { $0.asked.filter { $0.path == path } } }

    // MARK: what it says

    func metadata(_ members: [String: any Sendable]) { state.withLock { $0.metadata = members } }
    func keys(_ keys: [[String: any Sendable]]) { state.withLock { $0.keys = keys } }
    func tokens(_ members: [String: any Sendable]) { state.withLock { $0.tokens.merge(members) { $1 } } }
    func userInfo(_ members: [String: any Sendable]) { state.withLock { $0.userInfo = members } }
    func forge(_ forge: IDTokenForge) { state.withLock { $0.forge = forge } }

    /// In place of its own.
    func answer(_ path: String, with answer: Answer?) { state.withLock { $0.answers[path] = answer } }

    func release() {
        let held = state.withLock { state in
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    // MARK: HTTP

    func admit(_ head: HTTPHead) -> HTTPAdmission { .read(bodyBytesMax: 8192) }

    nonisolated(nonsending) func respond(to request: HTTPRequest) async -> HTTPResponse {
        let form = URLComponents(string: "?" + String(buffer: request.body))?.queryItems ?? []
        let asked = Asked(
            path: request.head.path,
            form: Dictionary(form.map { ($0.name, $0.value ?? "") }) { first, _ in first },
            authorization: request.head.headers.first(name: "authorization"))
        let given = state.withLock { state in
            state.asked.append(asked)
            return state.answers[asked.path]
        }
        if given?.isHeld == true {
            await withCheckedContinuation { continuation in state.withLock { $0.held.append(continuation) } }
        }
        if let given, !given.isHeld {
            return HTTPResponse(status: given.status, headers: given.headers, body: ByteBuffer(bytes: given.body))
        }
        do { return try own(asked.path) } catch { return HTTPResponse(status: .internalServerError) }
    }

    private func own(_ path: String) throws -> HTTPResponse {
        let members: [String: any Sendable]? = try state.withLock { state in
            switch path {
            case "/.well-known/openid-configuration":
                let own: [String: any Sendable] = [
                    "issuer": state.issuer, "authorization_endpoint": state.issuer + "/authorize",
                    "token_endpoint": state.issuer + "/token", "jwks_uri": state.issuer + "/keys",
                ]
                return own.merging(state.metadata) { $1 }
            case "/keys": return ["keys": state.keys]
            case "/token": return state.tokens.merging(["id_token": try state.forge.token()]) { own, _ in own }
            case "/userinfo": return state.userInfo
            default: return nil
            }
        }
        guard let members else { return HTTPResponse(status: .notFound) }
        return HTTPResponse(
            status: .ok, headers: ["Content-Type": "application/json"],
            body: ByteBuffer(bytes: try IDTokenForge.json(members)))
    }
}
