import Contracts
import Logging
import RPC

/// Brings the events of one source into the log, for as long as it is not cancelled. Where it stands is the source's
/// cursor in the log's own file, so that a crash at any point neither loses an event nor logs it twice.
struct Puller: Sendable {
    static let pageLimit = 200
    static let waitMilliseconds = 10_000
    /// Bounds the loop when a source answers an empty page without waiting, as a draining one does.
    static let pauseAfterNothing = Duration.milliseconds(10)

    /// A source that starts or restarts is away for a moment; that is not worth a warning.
    static let toleratedFailures = 2

    static let shortestPause = Duration.milliseconds(100)
    static let longestPause = Duration.seconds(5)

    let source: String
    let log: LogStore
    let logger: Logger
    let pull: @Sendable (EventPull) async throws -> EventPage
    /// Told how many entries a page has brought.
    var took: @Sendable (Int) async -> Void = { _ in }
    var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    func run() async {
        var backOff = BackOff(first: Self.shortestPause, max: Self.longestPause)
        var failures = 0
        while !Task.isCancelled {
            let wait: Duration?
            do {
                wait = try await takePage() ? nil : Self.pauseAfterNothing
                if failures > Self.toleratedFailures {
                    logger.notice("event intake goes on", metadata: ["event.source": "\(source)"])
                }
                failures = 0
                backOff.reset()
            } catch {
                guard !Task.isCancelled else { return }
                logger.log(
                    level: failures == Self.toleratedFailures ? .warning : .debug,
                    "event intake is interrupted",
                    metadata: ["event.source": "\(source)", "error": "\(error)"])
                failures += 1
                wait = backOff.next()
            }
            // A pause throws only when cancelled, which the loop's condition sees.
            if let wait { try? await pause(wait) }
        }
    }

    /// False if there was nothing new.
    private func takePage() async throws -> Bool {
        let cursor = try await log.cursor(of: source)
        let page = try await pull(
            EventPull(after: cursor, limit: Self.pageLimit, waitMilliseconds: Self.waitMilliseconds))
        guard page.newest >= cursor else { throw SourceWentBack(cursor: cursor, newest: page.newest) }
        await took(try await log.append(page.events, from: source))
        return !page.events.isEmpty
    }
}

/// A source that was restored to an earlier time numbers new events as old ones; reading on would miss them.
struct SourceWentBack: Error, CustomStringConvertible {
    let cursor, newest: Int64

    var description: String { "the source ends at event \(newest), but events up to \(cursor) are in the log" }
}
