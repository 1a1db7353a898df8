import Contracts
import Logging
import RPC
import ServiceKit
import Storage
import Synchronization

/// Tells those who watch what happens to the deals that they may see. Any thread.
///
///     commit ──▶ run: one read ──▶ roster: who may see any of it? ──▶ bell ──▶ watch: one read ──▶ check ──▶ send
///
/// A commit costs, however many watch, one read with one walk over the team of each deal in it, a look-up in memory for
/// each watch, and one read for each watch that may be told something. While nobody watches it costs nothing.
final class NoticeDesk: Sendable {
    private static let shortestPause = Duration.milliseconds(100)
    private static let longestPause = Duration.seconds(5)

    let store: NoticeStore
    /// A watch that was told nothing for so long gets a heartbeat.
    let beat: Duration
    private let now: WallClock
    private let logger: Logger
    private let roster = Mutex(NoticeRoster())
    /// Rings when somebody begins to watch.
    private let arrival = Bell()

    init(store: Store, beat: Duration = .seconds(10), logger: Logger, now: @escaping WallClock) {
        self.store = NoticeStore(store: store)
        self.beat = beat
        self.logger = logger
        self.now = now
    }

    /// How many streams are open.
    var watching: Int { roster.withLock { $0.count } }

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.notices) { input, context, writer in
            let watch = try await self.join(input, context)
            defer { self.leave(watch) }
            while true { try await watch.deliver(try await watch.next()) { try await writer.send($0) } }
        }
    }

    /// - Throws: `unauthenticated`, `forbidden`, `validation_failed` or `too_many_streams`.
    func join(_ input: NoticesFrom, _ context: RPCContext) async throws -> NoticeWatch {
        let caller = try Caller(context, may: .readDeals, now: now())
        if let after = input.after, after < 0 {
            throw RPCFault.invalid([FieldFault("after", "out_of_range", "must not be negative")])
        }
        let newest = try await store.newest()
        let bell = Bell()
        let id = try roster.withLock { try $0.join(caller, bell, after: input.after ?? newest, newest: newest) }
        arrival.ring()
        return NoticeWatch(id: id, caller: caller, bell: bell, desk: self)
    }

    /// Must follow each `join`.
    func leave(_ watch: NoticeWatch) { roster.withLock { $0.leave(watch.id) } }

    /// Hears of commits until it is cancelled or the store closes.
    func run() async {
        var backOff = BackOff(first: Self.shortestPause, max: Self.longestPause)
        while !Task.isCancelled {
            do {
                try await hear()
                backOff.reset()
            } catch StorageError.closed {
                return
            } catch {
                guard !Task.isCancelled else { return }
                logger.warning("notices are interrupted", metadata: ["error": "\(error)"])
                // A pause throws only when cancelled, which the loop's condition sees.
                try? await Task.sleep(for: backOff.next())
            }
        }
    }

    private func hear() async throws {
        while watching == 0 {
            try Task.checkCancellation()
            await arrival.wait()
        }
        let after = roster.withLock { $0.newest }
        try await store.growth(after: after)
        let news = try await store.news(after: after, at: now())
        let heardAt = now()
        for bell in roster.withLock({ $0.hear(news, at: heardAt) }) { bell.ring() }
    }
}

/// What a watch asks of the roster.
extension NoticeDesk {
    func turn(of watch: NoticeWatch) -> NoticeRoster.Turn { roster.withLock { $0.turn(of: watch.id) } }

    /// What is new for him, as far as he may see it at this moment.
    func page(after: Int64, for watch: NoticeWatch) async throws -> NoticePage {
        try await store.page(after: after, by: watch.caller.at(now()))
    }

    func take(_ page: NoticePage, for watch: NoticeWatch) -> Bool {
        let takenAt = now()
        return roster.withLock { $0.take(page, for: watch.id, at: takenAt) }
    }

    func hasLostSight(_ watch: NoticeWatch) -> Bool {
        let askedAt = now()
        return roster.withLock { $0.hasLostSight(watch.id, at: askedAt) }
    }

    /// When he loses sight, by time alone, of a deal that notices on their way to him are about.
    func lossOfSight(by watch: NoticeWatch) -> ContinuousClock.Instant? {
        guard let end = roster.withLock({ $0.sightEnds(of: watch.id) }) else { return nil }
        return ContinuousClock.now + .milliseconds(end.milliseconds - now().milliseconds)
    }
}
