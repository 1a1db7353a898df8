import Logging
import Metrics
import NIOCore
import RPC
import Synchronization

/// Counts for several gateways at once in Redis or Valkey, over one connection, so that a client's budget does not grow
/// with their number. While it does not answer, each gateway counts by itself: a budget is then as large as there are
/// gateways, but nobody is turned away because Redis is.
final class RedisCounter: Sendable {
    static let inFlightMax = 1024
    private static let setUpWithin = TimeAmount.seconds(1)
    /// A connection that held this long was a good one.
    private static let settled = Duration.seconds(1)

    private struct Link: Sendable {
        let connection: RedisConnection
        /// Of the scripts, as Redis calls them.
        let take: String
        let giveBack: String
    }

    private struct Standing {
        var link: Link?
        var inFlight = 0
        /// Nil before anything is known.
        var isUp: Bool?
    }

    private struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    private let url: RedisURL
    private let eventLoop: any EventLoop
    private let answerWithin: TimeAmount
    private let logger: Logger
    private let standing = Mutex(Standing())
    private let fallbacks = Counter(label: "ibp_rate_shared_fallback_total")
    private let up = Gauge(label: "ibp_rate_shared_up")

    /// - Parameter answerWithin: what a request may wait for a decision.
    init(
        _ url: RedisURL, group: any EventLoopGroup, answerWithin: TimeAmount = .milliseconds(50), logger: Logger
    ) {
        self.url = url
        self.answerWithin = answerWithin
        self.logger = logger
        eventLoop = group.next()
        up.record(0)
        fallbacks.increment(by: 0)
    }

    /// Takes one unit out of each budget, or none at all.
    /// - Returns: what became of each, in order; nil when it cannot say in time: then the gateway counts by itself.
    func take(_ asks: [SharedAsk]) async -> [SharedState]? {
        guard let link = enter() else {
            fallbacks.increment()
            return nil
        }
        defer { standing.withLock { $0.inFlight -= 1 } }
        do {
            let answer = try await call(link, RedisScript.keys(asks), RedisScript.arguments(asks))
            guard let states = RedisScript.states(answer, asks) else { throw Self.refusal(answer) }
            note(isUp: true, "")
            return states
        } catch {
            note(isUp: false, "\(error)")
            fallbacks.increment()
            return nil
        }
    }

    /// Best effort, without waiting.
    func giveBack(_ returns: [SharedReturn]) {
        guard let link = standing.withLock({ $0.link }) else { return }
        let (keys, arguments) = (RedisScript.keys(returns), RedisScript.arguments(returns))
        link.connection.post(
            RedisScript.giveBack.call(link.giveBack, keys, arguments), by: .now() + answerWithin)
    }

    private func call(_ link: Link, _ keys: [String], _ arguments: [String]) async throws -> RESPValue {
        let deadline = NIODeadline.now() + answerWithin
        let answer = try await link.connection.send(RedisScript.take.call(link.take, keys, arguments), by: deadline)
        // Somebody has flushed the scripts.
        guard case .error(let words) = answer, words.hasPrefix("NOSCRIPT") else { return answer }
        return try await link.connection.send(RedisScript.take.call(nil, keys, arguments), by: deadline)
    }

    private func enter() -> Link? {
        standing.withLock { standing in
            guard let link = standing.link, standing.inFlight < Self.inFlightMax else { return nil }
            standing.inFlight += 1
            return link
        }
    }

    /// Says so once when it changes.
    private func note(isUp: Bool, _ reason: String) {
        let isNews = standing.withLock { standing in
            // An answer from just before the connection ended.
            if isUp, standing.link == nil { return false }
            defer { standing.isUp = isUp }
            return standing.isUp != isUp
        }
        guard isNews else { return }
        up.record(isUp ? 1 : 0)
        let place: Logger.Metadata = ["redis.host": "\(url.host)", "redis.port": "\(url.port)"]
        if isUp {
            logger.notice("rates are counted in Redis", metadata: place)
        } else {
            logger.warning(
                "rates are counted by this gateway alone: Redis does not answer",
                metadata: place.merging(["error": "\(reason)"]) { $1 })
        }
    }

    private static func refusal(_ answer: RESPValue) -> Refusal {
        if case .error(let words) = answer {
            Refusal(description: String(words.prefix(200)))
        } else {
            Refusal(description: "an answer that makes no sense")
        }
    }
}

extension RedisCounter {
    /// Connects, and connects again when the connection ends, until the task is cancelled.
    func run() async throws {
        var backOff = BackOff(first: .milliseconds(100), max: .seconds(5))
        while true {
            do {
                let connection = try await RedisConnection.connect(url, on: eventLoop)
                let since = ContinuousClock.now
                try await withTaskCancellationHandler {
                    try await use(connection)
                } onCancel: {
                    connection.close()
                }
                note(isUp: false, "the connection ended")
                if ContinuousClock.now - since > Self.settled { backOff.reset() }
            } catch {
                note(isUp: false, "\(error)")
            }
            try await Task.sleep(for: backOff.next())
        }
    }

    /// Returns when the connection has ended.
    private func use(_ connection: RedisConnection) async throws {
        defer { connection.close() }
        let link = try await setUp(connection)
        standing.withLock { $0.link = link }
        defer { standing.withLock { $0.link = nil } }
        note(isUp: true, "")
        try await connection.closed.get()
    }

    private func setUp(_ connection: RedisConnection) async throws -> Link {
        if let password = url.password {
            try await ask(connection, RESPCommand(["AUTH"] + (url.user.map { [$0] } ?? []) + [password]))
        }
        if url.database != 0 { try await ask(connection, RESPCommand("SELECT", String(url.database))) }
        return Link(
            connection: connection, take: try await load(.take, connection),
            giveBack: try await load(.giveBack, connection))
    }

    private func load(_ script: RedisScript, _ connection: RedisConnection) async throws -> String {
        let answer = try await ask(connection, script.load())
        guard case .string(let digest) = answer, digest.utf8.count == 40 else { throw Self.refusal(answer) }
        return digest
    }

    @discardableResult
    private func ask(_ connection: RedisConnection, _ command: RESPCommand) async throws -> RESPValue {
        let answer = try await connection.send(command, by: .now() + Self.setUpWithin)
        if case .error = answer { throw Self.refusal(answer) }
        return answer
    }
}
