import AsyncHTTPClient
import Contracts
import Foundation
import NIOCore
import NIOHTTP1

/// Sends one message to one endpoint. The name is looked up here, once, and the connection goes to the address that was
/// looked at: a name that points elsewhere a moment later leads nowhere. No redirect is followed, no proxy used, no cookie
/// kept, and no connection either.
struct WebhookSender: Sendable {
    let rule: AddressRule
    var resolver = AddressResolver.system
    var timeout = Duration.seconds(15)
    var clock: WallClock = { .now }

    private struct Refusal: Error { let words: String }
    private struct TooSlow: Error {}

    /// - Parameter attempt: counts from 1; where a name has several addresses, the attempts take turns.
    func send(_ body: Data, _ signature: WebhookSignature, to url: String, attempt: Int) async -> AttemptOutcome {
        do {
            return try await within(timeout) { try await exchange(body, signature, to: url, attempt: attempt) }
        } catch let refusal as Refusal {
            return .unanswered(refusal.words)
        } catch is TooSlow {
            return .unanswered("no whole answer within \(timeout.components.seconds) s")
        } catch is StatusGate.UnknownStatus {
            return .unanswered("no answer: its status is none that HTTP knows")
        } catch let error as HTTPClientError {
            return .unanswered("no answer: \(error.shortDescription)")
        } catch {
            // Its words may hold the address.
            return .unanswered("cannot connect: \(type(of: error))")
        }
    }

    private func exchange(
        _ body: Data, _ signature: WebhookSignature, to text: String, attempt: Int
    ) async throws -> AttemptOutcome {
        let url: WebhookURL
        do { url = try WebhookURL(text, rule) } catch { throw Refusal(words: "the URL \(error.message)") }
        let address = try await self.address(of: url, attempt: attempt)
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5), read: .seconds(15)))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.http1_1ConnectionDebugInitializer = { StatusGate.add(to: $0) }
        if let address { configuration.dnsOverride = [url.host: address] }
        let client = HTTPClient(configuration: configuration)
        let outcome: Result<AttemptOutcome, any Error>
        do { outcome = .success(try await answer(of: client, request(body, signature, to: url))) } catch {
            outcome = .failure(error)
        }
        // It fails when it was shut down before, which it was not; the outcome is what counts.
        try? await client.shutdown()
        return try outcome.get()
    }

    /// The address to connect to; nil when the URL names one.
    private func address(of url: WebhookURL, attempt: Int) async throws -> String? {
        if let literal = url.address {
            guard rule.allows(literal) else { throw Refusal(words: "its address is not public") }
            return nil
        }
        let found: [SocketAddress]
        do { found = try await resolver.addresses(url.host) } catch is AddressResolver.Failure {
            throw Refusal(words: "the host's name cannot be resolved")
        }
        let texts = found.compactMap(\.ipAddress)
        guard !texts.isEmpty else { throw Refusal(words: "the host's name has no address") }
        // One that is not public among others that are is a trick, or a mistake that somebody should know of.
        guard found.allSatisfy(rule.allows) else {
            throw Refusal(words: "an address of the host is not public")
        }
        return texts[(attempt - 1) % texts.count]
    }

    private func request(_ body: Data, _ signature: WebhookSignature, to url: WebhookURL) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url.text)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "User-Agent", value: "ibpipeline-webhooks")
        for (name, value) in signature.headers { request.headers.add(name: name, value: value) }
        request.body = .bytes(ByteBuffer(bytes: body))
        return request
    }

    private func answer(of client: HTTPClient, _ request: HTTPClientRequest) async throws -> AttemptOutcome {
        let response = try await client.execute(request, deadline: .distantFuture)
        guard AttemptOutcome.isStatus(response.status.code) else { throw StatusGate.UnknownStatus() }
        var start = ByteBuffer()
        for try await part in response.body {
            var part = part
            let wanted = min(part.readableBytes, ResponseSnippet.bytesMax - start.readableBytes)
            if let slice = part.readSlice(length: wanted) { start.writeImmutableBuffer(slice) }
            if start.readableBytes >= ResponseSnippet.bytesMax { break }
        }
        let retryAfter = response.headers.first(name: "Retry-After").flatMap {
            RetryAfter.instant($0, now: clock())
        }
        return .answered(
            status: Int(response.status.code), retryAfter: retryAfter,
            response: ResponseSnippet.text(start.readableBytesView))
    }

    /// The client's own limits begin anew with every part that arrives, so that an endpoint which sends a byte now and then
    /// could hold its place for ever.
    private func within<T: Sendable>(
        _ limit: Duration, _ work: @escaping @Sendable () async throws -> T
    ) async throws -> T {
        try await withThrowingTaskGroup(of: T.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: limit)
                throw TooSlow()
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }
}
