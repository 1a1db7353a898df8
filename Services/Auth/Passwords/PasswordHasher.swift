import Foundation
import RPC
import Synchronization

/// Hashes passwords on threads of its own, at most two at a time: each takes 128 MiB and a third of a second of a core,
/// and many sign-ins at once must cost neither the machine's memory nor other calls' time.
final class PasswordHasher: Sendable {
    static let runningMax = 2
    static let waitingMax = 32
    static let busy = RPCFault(
        .resourceExhausted, "busy", "Too many sign-ins at the moment; try again.", retryAfterMilliseconds: 1000,
        isNotExecuted: true)

    private let cost: ScryptCost
    private let dummy: PasswordHash
    private let queue = OperationQueue()
    private let underWay = Mutex(0)

    init(cost: ScryptCost) {
        self.cost = cost
        dummy = .dummy(cost: cost)
        queue.maxConcurrentOperationCount = Self.runningMax
    }

    func hash(_ password: String) async throws -> PasswordHash {
        try await run { [cost] in try PasswordHash(of: password, cost: cost) }
    }

    /// False, after the same work, when there is no hash to compare with.
    func verify(_ password: String, against stored: PasswordHash?) async throws -> Bool {
        let isRight = try await run { [hash = stored ?? dummy] in try hash.matches(password) }
        return isRight && stored != nil
    }

    /// The same password at today's cost. It keeps its salt, by which `PasswordStore` tells that it is the same.
    func rehash(_ password: String, _ stored: PasswordHash) async throws -> PasswordHash {
        try await run { [cost] in try PasswordHash(of: password, cost: cost, salt: stored.salt) }
    }

    /// Whether a hash was made when they were cheaper.
    func isOutdated(_ stored: PasswordHash) -> Bool { stored.cost.work < cost.work }

    /// Throws `busy` when `waitingMax` wait already.
    private func run<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        try underWay.withLock { count in
            guard count < Self.runningMax + Self.waitingMax else { throw Self.busy }
            count += 1
        }
        defer { underWay.withLock { $0 -= 1 } }
        return try await withCheckedThrowingContinuation { continuation in
            queue.addOperation { continuation.resume(with: Result(catching: work)) }
        }
    }
}
