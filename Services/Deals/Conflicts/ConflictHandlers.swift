import Contracts
import RPC

/// A clearance is asked for by those who work on the deal; compliance decides whether the firm may take it on.
struct ConflictHandlers: Sendable {
    let conflicts: ConflictStore
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.decideConflict, decide)
        router.on(DealMethods.requestConflict, request)
    }

    func decide(_ input: ConflictDecision, _ context: RPCContext) async throws -> Deal {
        let caller = try Caller(context, may: .clearConflicts, now: now())
        let form = try ConflictForm(input, today: caller.today)
        return try await conflicts.decide(DealReference(context), form, by: caller)
    }

    func request(_ input: ConflictRequest, _ context: RPCContext) async throws -> ConflictRequested {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        let reference = try DealReference(context)
        var faults: [FieldFault] = []
        let note = input.note.flatMap { TextRule("note", 1...2000, allowsLines: true).check($0, &faults) }
        guard faults.isEmpty else { throw RPCFault.invalid(faults) }
        return try await conflicts.request(reference, note: note, by: caller)
    }
}
