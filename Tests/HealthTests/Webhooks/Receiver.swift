import Foundation
import HTTPServer
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

@testable import health

/// Somebody who takes webhooks, on a real socket of this machine, and answers what he is told to.
final class Receiver: HTTPHandler {
    struct Message: Sendable {
        let id, timestamp, signature, host: String
        let body: Data

        /// Whether one of the signatures is by this secret.
        func isSigned(by secret: WebhookSecret) -> Bool {
            guard let time = Int64(timestamp) else { return false }
            let own = WebhookSignature(id: id, timestamp: time, body: body, secrets: [secret]).signatures
            return signature.split(separator: " ").contains(Substring(own))
        }
    }

    struct Answer: Sendable {
        var status = HTTPResponseStatus.ok
        var headers = HTTPHeaders()
        var body = ""
    }

    private struct State {
        var messages: [Message] = []
        var answers: [Answer] = []
        var isSilent = false
    }

    private let state = Mutex(State())
    private let port = Mutex(0)

    static func with(_ body: (Receiver) async throws -> Void) async throws {
        let receiver = Receiver()
        let server = HTTPServer(
            host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton, handler: receiver,
            faults: { HTTPResponse(status: $0.status) }, logger: quiet)
        try await server.start()
        receiver.port.withLock { $0 = server.localPort }
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body(receiver)) } catch { outcome = .failure(error) }
        await server.drain(within: .milliseconds(100))
        try outcome.get()
    }

    func url(host: String = "127.0.0.1", path: String = "/in") -> String {
        "http://\(host):\(port.withLock { $0 })\(path)"
    }

    var messages: [Message] { state.withLock(\.messages) }

    /// The next ones; then 200 again.
    func answers(_ answers: Answer...) { state.withLock { $0.answers = answers } }

    /// Takes requests and does not answer them.
    func falls(silent isSilent: Bool) { state.withLock { $0.isSilent = isSilent } }

    func admit(_ head: HTTPHead) -> HTTPAdmission { .read(bodyBytesMax: 64 * 1024) }

    nonisolated(nonsending) func respond(to request: HTTPRequest) async -> HTTPResponse {
        let headers = request.head.headers
        let message = Message(
            id: headers.first(name: "webhook-id") ?? "", timestamp: headers.first(name: "webhook-timestamp") ?? "",
            signature: headers.first(name: "webhook-signature") ?? "", host: request.head.host,
            body: Data(request.body.readableBytesView))
        let (answer, isSilent) = state.withLock { state in
            state.messages.append(message)
            return (state.answers.isEmpty ? Answer() : state.answers.removeFirst(), state.isSilent)
        }
        // Ends when the client gives up.
        if isSilent { try? await Task.sleep(for: .seconds(60)) }
        return HTTPResponse(status: answer.status, headers: answer.headers, body: ByteBuffer(string: answer.body))
    }
}
