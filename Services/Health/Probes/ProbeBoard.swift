import Contracts
import Logging
import Synchronization

/// What is known about all services, in memory: probers write it, requests read it, nobody waits for the disk.
final class ProbeBoard: Sendable {
    private let standings: Mutex<[String: Standing]>
    private let clock: ProbeClock

    init(targets: [String], interval: Duration, clock: ProbeClock = .system) {
        self.clock = clock
        let standings = targets.map { ($0, Standing(interval: interval)) }
        self.standings = Mutex(Dictionary(standings) { first, _ in first })
    }

    /// Reads the last 24 hours from the history, for uptime and for how long states have lasted. Call it before the
    /// first probe; a history that cannot be read costs just that.
    func resume(from history: HistoryStore, logger: Logger) async {
        do {
            let now = clock.wall()
            let resumed = try await history.fold(
                standings.withLock { $0 }, from: now.advanced(bySeconds: -HistoryStore.windowSeconds), to: now
            ) { standings, record in
                standings[record.target]?.resume(record)
            }
            standings.withLock { $0 = resumed }
        } catch {
            logger.warning("health history cannot be read", metadata: ["error": "\(error)"])
        }
    }

    func take(_ probe: Probe, of target: String) -> ProbeRecord? {
        standings.withLock { $0[target]?.take(probe, of: target) }
    }

    func services() -> [String: ServiceHealth] {
        let (moment, wall) = (clock.now(), clock.wall())
        return standings.withLock { $0 }.mapValues { $0.health(at: moment, wall: wall) }
    }
}
