import Glibc
import NIOPosix
import RPC
import Synchronization

/// Hashes passwords on threads of its own, at most two at a time: each takes 128 MiB and a third of a second of a core,
/// and many sign-ins at once must cost neither the machine's memory nor other calls' time. So the threads stand back for
/// whoever else wants the core.
final class PasswordHasher: Sendable {
    static let runningMax = 2
    static let waitingMax = 32
    /// About a tenth of a core, while all others want it, too.
    private static let niceness: Int32 = 10
    static let busy = RPCFault(
        .resourceExhausted, "busy", "Too many sign-ins at the moment; try again.", retryAfterMilliseconds: 1000,
        isNotExecuted: true)

    private let cost: ScryptCost
    private let dummy: PasswordHash
    private let threads = NIOThreadPool(numberOfThreads: runningMax)
    private let turnstile = Turnstile(insideMax: runningMax, waitingMax: waitingMax)
    private let work = Mutex(0)

    init(cost: ScryptCost) {
        self.cost = cost
        dummy = .dummy(cost: cost)
        threads.start()
    }

    deinit { threads.shutdownGracefully { _ in } }

    func hash(_ password: String) async throws -> PasswordHash {
        try await turnstile.pass(orThrow: Self.busy) {
            try await self.run(self.cost) { [cost = self.cost] in try PasswordHash(of: password, cost: cost) }
        }
    }

    /// False, after the same work, when there is no hash to compare with. A hash of another cost than today's takes another
    /// time than none.
    /// - Parameters:
    ///   - admit: asked when it is this call's turn, right before the work; nothing is hashed when it throws.
    ///   - proved: told that it matches, before the next one's turn.
    func verify(
        _ password: String, against stored: PasswordHash?, admit: @Sendable () async throws -> Void = {},
        proved: @Sendable () async throws -> Void = {}
    ) async throws -> Bool {
        try await turnstile.pass(orThrow: Self.busy) {
            try await admit()
            let hash = stored ?? self.dummy
            let isRight = try await self.run(hash.cost) { try hash.matches(password) }
            guard isRight, stored != nil else { return false }
            try await proved()
            return true
        }
    }

    /// The same password at today's cost. It keeps its salt, by which `PasswordStore` tells that it is the same.
    func rehash(_ password: String, _ stored: PasswordHash) async throws -> PasswordHash {
        try await turnstile.pass(orThrow: Self.busy) {
            try await self.run(self.cost) { [cost = self.cost] in
                try PasswordHash(of: password, cost: cost, salt: stored.salt)
            }
        }
    }

    /// Whether a hash was made when they were cheaper.
    func isOutdated(_ stored: PasswordHash) -> Bool { stored.cost.work < cost.work }

    /// The sum of N · r · p over all that was hashed: two sign-ins that nobody may tell apart add the same.
    var workDone: Int { work.withLock { $0 } }

    private func run<T: Sendable>(_ cost: ScryptCost, _ body: @escaping @Sendable () throws -> T) async throws -> T {
        work.withLock { $0 += cost.work }
        return try await threads.runIfActive {
            // Of this thread alone. Where it may not, hashing goes on as it was.
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
            return try body()
        }
    }
}
