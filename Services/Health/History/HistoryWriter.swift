import Contracts
import Logging

/// Writes what the probers saw, once a second in one batch, and deletes what is too old once an hour. A process that
/// dies loses the last second.
struct HistoryWriter: Sendable {
    static let pause = Duration.seconds(1)
    static let pausesBetweenPrunes = 3600

    let history: HistoryStore
    let buffer: ProbeBuffer
    let logger: Logger
    var clock = ProbeClock.system

    /// Runs until it is cancelled.
    func run() async {
        var isOutage = false
        var pauses = 0
        while (try? await clock.sleep(Self.pause)) != nil {
            var unwritten = buffer.drain()
            do {
                try await history.append(unwritten)
                unwritten = []
                if pauses.isMultiple(of: Self.pausesBetweenPrunes) { try await history.prune(at: clock.wall()) }
                if isOutage { logger.notice("health history is written again") }
                isOutage = false
            } catch {
                guard !Task.isCancelled else { return }
                buffer.putBack(unwritten)
                if !isOutage { logger.warning("health history cannot be written", metadata: ["error": "\(error)"]) }
                isOutage = true
            }
            pauses += 1
        }
    }
}
