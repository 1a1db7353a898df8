import Contracts
import Events
import Logging
import RPC
import ServiceKit

/// Brings the events of one source to the endpoints that want them, for as long as it is not cancelled. Where it stands is
/// the source's cursor in health.sqlite.
struct WebhookIntake: Sendable {
    static let pageLimit = 200
    static let waitMilliseconds = 10_000
    /// Bounds the loop when a source answers an empty page without waiting, as a draining one does.
    static let pauseAfterNothing = Duration.milliseconds(10)
    /// A source that starts or restarts is away for a moment; that is not worth a warning.
    static let toleratedFailures = 2
    static let shortestPause = Duration.milliseconds(100)
    static let longestPause = Duration.seconds(5)

    let source: String
    let store: IntakeStore
    /// Rung when there is something to deliver.
    let bell: Bell
    let logger: Logger
    let pull: @Sendable (EventPull) async throws -> EventPage
    /// Tells the source how far the group is, so that it keeps what is not delivered yet.
    var acknowledge: @Sendable (Int64) async -> Void = { _ in }
    var clock: WallClock = { .now }
    var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    func run() async {
        var backOff = BackOff(first: Self.shortestPause, max: Self.longestPause)
        var failures = 0
        var pace = AcknowledgementPace(0)
        while !Task.isCancelled {
            let wait: Duration?
            do {
                wait = try await takePage(&pace) ? nil : Self.pauseAfterNothing
                failures = 0
                backOff.reset()
            } catch {
                guard !Task.isCancelled else { return }
                logger.log(
                    level: failures == Self.toleratedFailures ? .warning : .debug,
                    "events do not reach the webhooks",
                    metadata: ["event.source": "\(source)", "error": "\(error)"])
                failures += 1
                wait = backOff.next()
            }
            // A pause throws only when cancelled, which the loop's condition sees.
            if let wait { try? await pause(wait) }
        }
    }

    /// False if there was nothing new.
    private func takePage(_ pace: inout AcknowledgementPace) async throws -> Bool {
        let cursor = try await store.cursor(of: source)
        if pace.isDue(cursor, at: .now) { await acknowledge(cursor) }
        let page = try await pull(
            EventPull(after: cursor, limit: Self.pageLimit, waitMilliseconds: Self.waitMilliseconds))
        guard page.newest >= cursor else { throw SourceWentBack(cursor: cursor, newest: page.newest) }
        if try await store.take(page.events, from: source, at: clock()) > 0 { bell.ring() }
        return !page.events.isEmpty
    }
}

/// A source that was restored to an earlier time numbers new events as old ones; reading on would miss them.
struct SourceWentBack: Error, CustomStringConvertible {
    let cursor, newest: Int64

    var description: String { "the source ends at event \(newest), but events up to \(cursor) were delivered" }
}
