import Contracts
import RPC
import Synchronization

/// What others may ask of the log.
final class AuditHandlers: Sendable {
    private let log: LogStore
    private let sources: [String]
    private let signer: CheckpointSigner?
    private let journal: Journal
    private let isVerifying = Mutex(false)

    /// - Parameter signer: nil for a log that nobody signs.
    init(log: LogStore, sources: [String], signer: CheckpointSigner? = nil) {
        self.log = log
        self.sources = sources + [LogStore.ownSource]
        self.signer = signer
        journal = Journal(log: log)
    }

    func register(on router: inout RPCRouter) {
        router.on(AuditMethods.list) { query, context in try await self.list(query, context) }
        router.on(AuditMethods.verify) { _, context in try await self.verify(context) }
    }

    /// Looked at before it is written down, so that what nobody can answer is not an entry.
    func list(_ query: AuditQuery, _ context: RPCContext) async throws -> AuditPage {
        let identity = try context.require(.readAudit)
        let search = try LogSearch(query)
        try await journal.note(EventType.auditSearched, query.filter.terms, by: identity, context)
        return try await log.page(search)
    }

    /// One at a time: it reads the whole file, and a second would tell the same.
    func verify(_ context: RPCContext) async throws -> AuditVerification {
        let identity = try context.require(.readAudit)
        let isFirst = isVerifying.withLock { busy in
            defer { busy = true }
            return !busy
        }
        guard isFirst else {
            throw RPCFault(
                .resourceExhausted, "busy", "A verification is already running.", retryAfterMilliseconds: 1000,
                isNotExecuted: true)
        }
        defer { isVerifying.withLock { $0 = false } }
        try await journal.note(EventType.auditVerified, [], by: identity, context)
        var found = try await log.verify(sources: sources, of: signer?.trusted, newest: signer?.last)
        if let refusal = signer?.refusal {
            found.ok = false
            let problems = ["no checkpoint is signed any more: \(refusal)"] + found.problems
            found.problems = Array(problems.prefix(LogVerifier.problemsMax))
        }
        return found
    }
}
