import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

/// Somebody's stream of events, for as long as this lives.
final class EventEar: Sendable {
    private let heard = Mutex("")
    private let listening = Mutex<Task<Void, any Error>?>(nil)

    /// Returns when the stream is open, or refused.
    init(_ browser: Browser) async throws {
        var request = HTTPClientRequest(url: browser.url + "/api/events")
        if let token = browser.token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        let response = try await HTTPClient.shared.execute(request, timeout: .minutes(5))
        let body = response.body
        listening.withLock {
            $0 = Task { [weak self] in
                for try await piece in body { self?.take(String(buffer: piece)) }
            }
        }
    }

    deinit { listening.withLock { $0?.cancel() } }

    private func take(_ text: String) { heard.withLock { $0 += text } }

    var text: String { heard.withLock { $0 } }

    /// Waits for the word, and forgets what was heard until then.
    func hears(_ word: String) async throws {
        _ = try await eventually("\(word) in the stream") {
            heard.withLock { heard in
                guard heard.contains(word) else { return nil as Bool? }
                heard = ""
                return true
            }
        }
    }
}
