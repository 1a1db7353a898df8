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
    /// The RPC server, which stops first, may take 20 s of the 25 s that a process has to stop.
    static let drainMax = Duration.seconds(3)

    private struct Version: Hashable, Sendable {
        let user: UUID
        let deal: DealReference
        let version: Int64

        init?(_ reading: DealReading) {
            guard let version = reading.version else { return nil }
            (user, deal, self.version) = (reading.caller.id, reading.deal, version)
        }
    }

    private struct Secret: Hashable, Sendable {
        let user: UUID
        let deal: UUID
    }

    private struct State: Sendable {
        /// What was looked at lately and is not secret. By version, for a deal may become secret. Readings of secret deals must
        /// not come in here: this window would begin at another time than `told`, and go on to silence when that is over.
        var open = RepeatWindow<Version>(span: span, keysMax: keysMax)
        var told = RepeatWindow<Secret>(span: span, keysMax: keysMax)
        /// Nil until the process stops.
        var drainsUntil: ContinuousClock.Instant?
    }

    private let store: SecretReadStore
    private let logger: Logger
    private let drain: Duration
    private let state = Mutex(State())
    private let (waiting, queue) = AsyncStream.makeStream(
        of: DealReading.self, bufferingPolicy: .bufferingOldest(waitingMax))

    /// - Parameter drain: how long what waits is looked at still when `run` is cancelled.
    init(store: SecretReadStore, logger: Logger, drain: Duration = SecretReads.drainMax) {
        self.store = store
        self.logger = logger
        self.drain = drain
    }

    /// After the answer is made, and before it is given.
    /// - Parameter version: the deal's; nil where it is not known, which is looked at each time.
    func note(_ part: String, of deal: DealReference, version: Int64?, by caller: Caller) async {
        let reading = DealReading(part: part, deal: deal, version: version, caller: caller)
        if let key = Version(reading), state.withLock({ $0.open.isRepeat(key, at: caller.now) }) { return }
        if case .enqueued = queue.yield(reading) { return }
        await look(reading)
    }

    /// Looks at what waits until the task is cancelled, and then at what waits still, for `drain` at most. Later readings
    /// are looked at before they are answered.
    func run() async {
        await withTaskCancellationHandler {
            // No child of ours: it would be cancelled with us, and in a task that is cancelled the store writes nothing.
            await Task { await workOff() }.value
        } onCancel: {
            state.withLock { $0.drainsUntil = ContinuousClock.now + drain }
            queue.finish()
        }
    }

    private func workOff() async {
        var dropped = 0
        for await reading in waiting {
            if let end = state.withLock({ $0.drainsUntil }), end <= ContinuousClock.now {
                dropped += 1
            } else {
                await look(reading)
            }
        }
        guard dropped > 0 else { return }
        logger.warning(
            "readings of deals were not looked at before the process stopped",
            metadata: ["deal.readings": "\(dropped)"])
    }

    private func look(_ reading: DealReading) async {
        do {
            switch try await store.look(reading) {
            case .secret(let deal): try await tell(reading, of: deal)
            case .open: remember(reading)
            case .gone: break
            }
        } catch {
            // The next reading is looked at again: nothing was remembered of this one.
            logger.warning("reading of a deal could not be written down", metadata: ["error": "\(error)"])
        }
    }

    private func tell(_ reading: DealReading, of deal: UUID) async throws {
        let key = Secret(user: reading.caller.id, deal: deal)
        guard state.withLock({ $0.told.isFirst(key, at: reading.caller.now) }) else { return }
        do { try await store.record(reading) } catch {
            state.withLock { $0.told.forget(key) }
            throw error
        }
    }

    private func remember(_ reading: DealReading) {
        guard let key = Version(reading) else { return }
        state.withLock { _ = $0.open.isFirst(key, at: reading.caller.now) }
    }
}
