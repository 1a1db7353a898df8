import Contracts
import RPC

/// Whether the log may be pruned, and who decides that it may not.
struct HoldHandlers: Sendable {
    let holds: HoldStore
    var now: @Sendable () -> Instant = { .now }

    func register(on router: inout RPCRouter) {
        router.on(AuditMethods.hold) { _, context in
            _ = try context.require(.readAudit)
            return try await holds.hold()
        }
        router.on(AuditMethods.placeHold) { input, context in try await set(true, input, context) }
        router.on(AuditMethods.liftHold) { input, context in try await set(false, input, context) }
    }

    private func set(_ isHeld: Bool, _ input: AuditHoldRequest, _ context: RPCContext) async throws -> AuditHold {
        _ = try context.require(.readAudit)
        return try await holds.set(isHeld, reason: LineRule.reason(input.reason), context, at: now())
    }
}
