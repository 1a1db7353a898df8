import Contracts
import Foundation

/// The provider's metadata and keys as they were at one time.
struct ProviderSnapshot: Sendable {
    let metadata: ProviderMetadata
    let keys: ProviderKeys
    let fetchedAt: Instant
}

/// Whether a snapshot will do.
enum SnapshotRule {
    static let freshSeconds: Int64 = 3600
    /// An old one is better than none while the provider cannot be reached.
    static let keptSeconds: Int64 = 86_400
    /// The provider is asked so often at most, unless there is nothing to go on with.
    static let retrySeconds: Int64 = 60

    enum Answer: Sendable, Equatable { case use, fetchOrUse, fetch }

    /// - Parameters:
    ///   - fetchedAt: of the snapshot at hand.
    ///   - unfit: of the snapshot in which the wanted key was not found; nil when any key will do.
    ///   - triedAt: when the provider was asked last; nil while it is being asked.
    static func answer(fetchedAt: Instant?, unfit: Instant?, triedAt: Instant?, now: Instant) -> Answer {
        guard let fetchedAt, now.seconds(since: fetchedAt) < keptSeconds else { return .fetch }
        let isWanting = now.seconds(since: fetchedAt) >= freshSeconds || unfit == fetchedAt
        let mayAsk = triedAt.map { now.seconds(since: $0) >= retrySeconds } ?? true
        return isWanting && mayAsk ? .fetchOrUse : .use
    }
}

/// Fetches the provider's documents when they are first wanted, once for all who want them at the same time, and again when
/// they grow old or a token names a key that is not in them.
actor ProviderDocuments {
    private let settings: OpenIDSettings
    private let http: ProviderHTTP
    private let clock: WallClock
    private var held: ProviderSnapshot?
    private var triedAt: Instant?
    /// Ends by the time limits of its two requests.
    private var underWay: Task<ProviderSnapshot, any Error>?

    init(_ settings: OpenIDSettings, _ http: ProviderHTTP, clock: @escaping WallClock) {
        self.settings = settings
        self.http = http
        self.clock = clock
    }

    /// - Parameter unfit: the snapshot in which a key was not found.
    /// - Throws: `ProviderFailure`.
    func snapshot(otherThan unfit: ProviderSnapshot? = nil) async throws -> ProviderSnapshot {
        let answer = SnapshotRule.answer(
            fetchedAt: held?.fetchedAt, unfit: unfit?.fetchedAt, triedAt: underWay == nil ? triedAt : nil, now: clock())
        if answer == .use, let held { return held }
        do { return try await fetch() } catch {
            guard answer == .fetchOrUse, let held else { throw error }
            return held
        }
    }

    private func fetch() async throws -> ProviderSnapshot {
        if let underWay { return try await underWay.value }
        triedAt = clock()
        let task = Task { [settings, http, clock] in
            let base = settings.issuer.hasSuffix("/") ? String(settings.issuer.dropLast()) : settings.issuer
            let metadata = try ProviderMetadata(
                try await http.get(base + "/.well-known/openid-configuration"), issuer: settings.issuer,
                isPublic: settings.clientSecret == nil)
            let keys = try ProviderKeys(try await http.get(metadata.keysURL.text))
            return ProviderSnapshot(metadata: metadata, keys: keys, fetchedAt: clock())
        }
        underWay = task
        defer { underWay = nil }
        let snapshot = try await task.value
        held = snapshot
        return snapshot
    }
}
