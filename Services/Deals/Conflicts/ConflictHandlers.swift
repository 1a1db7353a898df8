import Contracts
import RPC

/// Compliance decides whether the firm may take a deal on.
struct ConflictHandlers: Sendable {
    let conflicts: ConflictStore
    let now: WallClock

    func register(on router: inout RPCRouter) { router.on(DealMethods.decideConflict, decide) }

    func decide(_ input: ConflictDecision, _ context: RPCContext) async throws -> Deal {
        let caller = try Caller(context, may: .clearConflicts, now: now())
        let form = try ConflictForm(input, today: caller.today)
        return try await conflicts.decide(DealReference(context), form, by: caller)
    }
}
