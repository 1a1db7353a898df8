import Contracts
import Foundation
import RPC

/// An officer has personal values erased: of one entry, or of one person in all of the log.
struct RedactionHandlers: Sendable {
    let redactions: RedactionStore
    var now: @Sendable () -> Instant = { .now }

    func register(on router: inout RPCRouter) {
        router.on(AuditMethods.redact, redact)
        router.on(AuditMethods.eraseUser, erase)
    }

    func redact(_ input: AuditRedactionRequest, _ context: RPCContext) async throws -> AuditEntry {
        _ = try context.require(.readAudit)
        let reason = try LineRule.reason(input.reason)
        guard let text = context.resource.first, let seq = Int64(text), String(seq) == text, seq >= 0 else {
            throw RPCFault.notFound("entry")
        }
        return try await redactions.redact(seq, paths: input.paths, reason: reason, context, at: now())
    }

    func erase(_ input: AuditErasureRequest, _ context: RPCContext) async throws -> AuditErasure {
        _ = try context.require(.readAudit)
        let reason = try LineRule.reason(input.reason)
        guard let user = context.resource.first.flatMap(UUID.init(uuidString:)) else { throw RPCFault.notFound("user") }
        return try await redactions.erase(user: user, reason: reason, context, at: now())
    }
}
