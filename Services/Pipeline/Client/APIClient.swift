import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Speaks JSON with the public API of a cluster, and waits when the API asks to wait.
struct APIClient: Sendable {
    static let bodyBytesMax = 4 << 20
    static let timeout = TimeAmount.seconds(15)

    /// Without a slash at the end.
    let base: String
    private let client: HTTPClient

    /// The client is good within the closure.
    static func withClient<Result: Sendable>(
        for url: String, _ body: @Sendable (APIClient) async throws -> Result
    ) async throws -> Result {
        let base = url.hasSuffix("/") ? String(url.dropLast()) : url
        guard base.hasPrefix("http://") || base.hasPrefix("https://"), URL(string: base)?.host != nil else {
            throw CommandFailure(line: "\(url) is not a URL such as http://127.0.0.1:8080.", code: CommandFailure.usage)
        }
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(3), read: timeout))
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(configuration: configuration)
        do {
            let result = try await body(APIClient(base: base, client: client))
            try await client.shutdown()
            return result
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    /// Answers the body of a 2xx; throws `APIProblem` for everything else that the API says, `CommandFailure` when it
    /// says nothing.
    func send(
        _ method: HTTPMethod, _ path: String, token: String? = nil, headers: [(String, String)] = [], body: Data? = nil,
        answerBytesMax: Int = Self.bodyBytesMax
    ) async throws -> Data {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        if let token { request.headers.add(name: "authorization", value: "Bearer \(token)") }
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        request.headers.add(contentsOf: HTTPHeaders(headers))
        var retry = Retry()
        while true {
            let (response, data) = try await exchange(request, bytesMax: answerBytesMax)
            if (200..<300).contains(response.status.code) { return data }
            let retryAfter = response.headers.first(name: "retry-after")
            guard let delay = retry.delay(status: Int(response.status.code), retryAfter: retryAfter) else {
                throw APIProblem(status: Int(response.status.code), body: data)
            }
            try await Task.sleep(for: delay)
        }
    }

    func call<Reply: Decodable>(
        _ method: HTTPMethod, _ path: String, token: String? = nil,
        headers: [(String, String)] = []
    ) async throws -> Reply {
        try JSONDecoder().decode(Reply.self, from: try await send(method, path, token: token, headers: headers))
    }

    func call<Reply: Decodable>(
        _ method: HTTPMethod, _ path: String, token: String? = nil,
        headers: [(String, String)] = [], body: some Encodable
    ) async throws -> Reply {
        let body = try JSONEncoder().encode(body)
        return try JSONDecoder().decode(
            Reply.self, from: try await send(method, path, token: token, headers: headers, body: body))
    }

    private func exchange(_ request: HTTPClientRequest, bytesMax: Int) async throws -> (HTTPClientResponse, Data) {
        do {
            let response = try await client.execute(request, timeout: Self.timeout)
            let body = try await response.body.collect(upTo: bytesMax)
            return (response, Data(body.readableBytesView))
        } catch {
            if Task.isCancelled { throw CancellationError() }
            throw CommandFailure(line: "\(base) is not reachable: \(error)")
        }
    }
}
