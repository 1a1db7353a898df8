import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Asks the provider. Every answer has a time in which it must be whole and a size, and no redirect is followed.
/// Close it when it is no longer needed.
final class ProviderHTTP: Sendable {
    static let bytesMax = 256 * 1024

    private let client: HTTPClient
    private let timeout: Duration

    init(timeout: Duration) {
        self.timeout = timeout
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5), read: .seconds(5)))
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.idleTimeout = .seconds(30)
        // All sign-ins that may wait do so at the provider, none for another one's connection.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = OpenIDHandlers.finishingMax
        client = HTTPClient(configuration: configuration)
    }

    func get(_ url: String, bearer: String? = nil) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: url)
        if let bearer { request.headers.add(name: "Authorization", value: "Bearer \(bearer)") }
        let (status, body) = try await exchange(request)
        guard status == .ok else { throw ProviderFailure.status(Int(status.code)) }
        return body
    }

    /// The body, whatever the status is: a refusal has one, too.
    func post(
        _ url: String, _ form: String, authorization: String?
    ) async throws -> (status: HTTPResponseStatus, body: [UInt8]) {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        if let authorization { request.headers.add(name: "Authorization", value: authorization) }
        request.body = .bytes(ByteBuffer(string: form))
        return try await exchange(request)
    }

    func close() async throws { try await client.shutdown() }

    private func exchange(_ request: HTTPClientRequest) async throws -> (status: HTTPResponseStatus, body: [UInt8]) {
        var request = request
        request.headers.add(name: "Accept", value: "application/json")
        request.headers.add(name: "User-Agent", value: "ibpipeline")
        return try await Self.within(timeout) { [client, request] in
            let response: HTTPClientResponse
            do {
                response = try await client.execute(request, deadline: .distantFuture)
            } catch {
                throw Self.failure(error)
            }
            if (300..<400).contains(response.status.code) { throw ProviderFailure.redirect }
            return (response.status, try await Self.body(response))
        }
    }

    private static func body(_ response: HTTPClientResponse) async throws -> [UInt8] {
        do {
            return Array(buffer: try await response.body.collect(upTo: bytesMax))
        } catch is NIOTooManyBytesError {
            throw ProviderFailure.tooLarge
        } catch {
            throw failure(error)
        }
    }

    /// An error's own words may hold the URL, whose query is ours alone.
    private static func failure(_ error: any Error) -> ProviderFailure {
        guard let error = error as? HTTPClientError else { return .unreachable("\(type(of: error))") }
        return .unreachable(error.shortDescription)
    }
}

extension ProviderHTTP {
    /// The client's own limits begin anew with every part that arrives, so that a provider which sends a byte now and then
    /// could hold a sign-in for ever.
    static func within<T: Sendable>(
        _ limit: Duration, _ work: @escaping @Sendable () async throws -> T
    ) async throws -> T {
        try await withThrowingTaskGroup(of: T.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: limit)
                throw ProviderFailure.tooSlow
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }
}
