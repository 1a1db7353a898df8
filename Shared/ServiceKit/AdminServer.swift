import HTTPServer
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Telemetry

/// The operators' door of one process: `/livez` (it runs), `/readyz` (send it work), `/metrics` (Prometheus text).
/// It never asks another service, so that one that is down does not take others with it.
struct AdminServer: Service, HTTPHandler, CustomStringConvertible {
    let description = "admin server"
    private let address: Address
    private let kit: ProcessKit

    init(_ address: Address, kit: ProcessKit) {
        self.address = address
        self.kit = kit
    }

    func run() async throws {
        let server = HTTPServer(
            host: address.host, port: address.port, group: kit.group, limits: .default, handler: self,
            faults: { HTTPResponse(status: $0.status, headers: [:], body: ByteBuffer(string: $0.message + "\n")) },
            logger: kit.logger)
        try await server.start()
        try? await gracefulShutdown()
        await server.drain(within: .seconds(1))
    }

    func admit(_ head: HTTPHead) -> HTTPAdmission { .read(bodyBytesMax: 0) }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        guard request.head.method == "GET" || request.head.method == "HEAD" else {
            return text(.methodNotAllowed, "use GET\n")
        }
        switch request.head.path {
        case "/livez": return text(.ok, "ok\n")
        case "/readyz" where kit.readiness.isReady: return text(.ok, "ready\n")
        case "/readyz":
            return text(.serviceUnavailable, "not ready: \(kit.readiness.missing.joined(separator: ", "))\n")
        case "/metrics": return text(.ok, kit.metrics.exposition(), type: "text/plain; version=0.0.4; charset=utf-8")
        default: return text(.notFound, "not here; there is /livez, /readyz and /metrics\n")
        }
    }

    private func text(
        _ status: HTTPResponseStatus, _ body: String, type: String = "text/plain; charset=utf-8"
    ) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["content-type": type], body: ByteBuffer(string: body))
    }
}
