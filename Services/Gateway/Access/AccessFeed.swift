import Contracts
import Foundation
import Logging
import Metrics
import NIOCore
import RPC
import Synchronization

/// Keeps what the gateway needs to judge credentials by itself, as auth pushes it: the keys, and the sessions and personal
/// tokens that ended before their time. A change is here within a round trip; without one, auth says so every second.
final class AccessFeed: Sendable {
    /// Without word from auth for this long, nobody can be let in: a session may have been revoked meanwhile.
    static let staleAfter = TimeAmount.seconds(60)
    /// A stream that is silent for so long is dead, whatever its connection says.
    private static let silenceMax = TimeAmount.seconds(5)
    /// Tokens that name unknown keys, however many come, make us ask so often.
    private static let refreshEvery = TimeAmount.seconds(1)

    private struct State {
        var snapshot: AccessSnapshot
        var lastHeard: NIODeadline?
        var lastRefresh: NIODeadline?
        var refresh: Task<Void, Never>?
    }

    private let auth: RPCClient
    private let issuer: String
    private let audience: String
    private let logger: Logger
    private let state: Mutex<State>
    private let refreshes = Counter(label: "ibp_access_refreshes_total")

    init(auth: RPCClient, issuer: String, audience: String, logger: Logger) {
        self.auth = auth
        self.issuer = issuer
        self.audience = audience
        self.logger = logger
        state = Mutex(State(snapshot: .empty(issuer: issuer, audience: audience)))
    }

    var snapshot: AccessSnapshot { state.withLock { $0.snapshot } }

    /// What is known, unless it is too old to be relied on.
    func current(_ now: NIODeadline = .now()) -> AccessSnapshot? {
        state.withLock { state in
            guard let heard = state.lastHeard, now - heard < Self.staleAfter else { return nil }
            return state.snapshot
        }
    }

    /// - Parameter onNews: called whenever auth has said something; the first time, the first keys have arrived.
    func run(onNews: @escaping @Sendable () -> Void) async throws {
        while true {
            do {
                try await listen(onNews: onNews)
            } catch let fault as RPCFault {
                logger.debug("no word from auth", metadata: ["error": "\(fault.message)"])
            } catch  where !Task.isCancelled {
                logger.error("the keys from auth cannot be used", metadata: ["error": "\(error)"])
            }
            try Task.checkCancellation()
            try await Task.sleep(for: .milliseconds(Int64.random(in: 100...300)))
        }
    }

    /// Returns, or throws, when the stream is over or silent.
    private func listen(onNews: @escaping @Sendable () -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                let stream = try self.auth.stream(
                    AuthMethods.accessChanges, AccessSubscription(cursor: self.snapshot.cursor))
                for try await news in stream {
                    try self.take(news, now: .now)
                    onNews()
                }
            }
            group.addTask { try await self.waitForSilence() }
            try await group.next()
        }
    }

    private func waitForSilence() async throws {
        let started = NIODeadline.now()
        while true {
            try await Task.sleep(for: .seconds(1))
            let heard = max(started, state.withLock { $0.lastHeard } ?? started)
            if NIODeadline.now() - heard > Self.silenceMax { return }
        }
    }

    func take(_ news: AccessState, now: Instant) throws {
        try state.withLock { state in
            state.snapshot = try state.snapshot.taking(news, issuer: issuer, audience: audience, now: now)
            state.lastHeard = .now()
        }
    }

    /// Asks auth at once, because a token names a key that we do not know. All who ask meanwhile wait for the one answer;
    /// a second later the next may ask.
    func refresh() async {
        let task: Task<Void, Never>? = state.withLock { state in
            if let running = state.refresh { return running }
            let now = NIODeadline.now()
            if let last = state.lastRefresh, now - last < Self.refreshEvery { return nil }
            state.lastRefresh = now
            let task = Task { await self.askOnce() }
            state.refresh = task
            return task
        }
        await task?.value
    }

    private func askOnce() async {
        refreshes.increment()
        do {
            let stream = try auth.stream(
                AuthMethods.accessChanges, AccessSubscription(cursor: snapshot.cursor), timeout: .seconds(2))
            for try await news in stream {
                try take(news, now: .now)
                break
            }
        } catch {
            logger.debug("no word from auth", metadata: ["error": "\(error)"])
        }
        state.withLock { $0.refresh = nil }
    }
}
