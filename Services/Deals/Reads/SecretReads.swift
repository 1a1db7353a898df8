import Contracts
import Foundation
import Logging
import RPC
import ServiceKit
import Synchronization

/// Has it written down who opens a secret deal, once per person, deal and ten minutes, without keeping anybody waiting: a
/// reading that was answered is looked at afterwards. When too many wait for that, the reader waits too.
final class SecretReads: Sendable {
    static let span = Duration.seconds(600)
    static let keysMax = 20_000
    static let waitingMax = 1000

    private struct Version: Hashable, Sendable {
        let user: UUID
        let deal: DealReference
        let version: Int64
    }

    private struct Secret: Hashable, Sendable {
        let user: UUID
        let deal: UUID
    }

    private struct State: Sendable {
        /// What was looked at lately. By version, for a deal may become secret.
        var seen = RepeatWindow<Version>(span: span, keysMax: keysMax)
        var told = RepeatWindow<Secret>(span: span, keysMax: keysMax)
    }

    private let store: SecretReadStore
    private let logger: Logger
    private let state = Mutex(State())
    private let (waiting, queue) = AsyncStream.makeStream(
        of: DealReading.self, bufferingPolicy: .bufferingOldest(waitingMax))

    init(store: SecretReadStore, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    /// After the answer is made, and before it is given.
    /// - Parameter version: the deal's; nil where it is not known, which is looked at each time.
    func note(_ part: String, of deal: DealReference, version: Int64?, by caller: Caller) async {
        if let version {
            let key = Version(user: caller.id, deal: deal, version: version)
            guard state.withLock({ $0.seen.isFirst(key, at: caller.now) }) else { return }
        }
        let reading = DealReading(part: part, deal: deal, caller: caller)
        if case .enqueued = queue.yield(reading) { return }
        await look(reading)
    }

    /// Looks at what waits, until the task is cancelled.
    func run() async {
        for await reading in waiting { await look(reading) }
    }

    private func look(_ reading: DealReading) async {
        do {
            guard let deal = try await store.secret(reading) else { return }
            let key = Secret(user: reading.caller.id, deal: deal)
            guard state.withLock({ $0.told.isFirst(key, at: reading.caller.now) }) else { return }
            do { try await store.record(reading) } catch {
                state.withLock { $0.told.forget(key) }
                throw error
            }
        } catch {
            // The next reading is looked at again, whatever was seen of this one.
            state.withLock { $0.seen = RepeatWindow(span: Self.span, keysMax: Self.keysMax) }
            logger.warning("reading of a deal could not be written down", metadata: ["error": "\(error)"])
        }
    }
}
