import Contracts
import RPC

/// One change of many deals.
struct BulkHandlers: Sendable {
    let bulk: BulkStore
    let deals: DealStore
    let transitions: TransitionStore
    let list: DealListStore
    let users: UserResolver
    let now: WallClock

    func register(on router: inout RPCRouter) { router.on(DealMethods.bulk, change) }

    func change(_ input: BulkRequest, _ context: RPCContext) async throws -> BulkResult {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        let form = try BulkForm(input)
        let targets: [BulkDeal]
        if let before = try await bulk.targets(of: caller) {
            targets = before
        } else {
            targets = try await bulk.begin(chosen(form.targets, by: caller), by: caller)
        }
        let items = try await bulk.apply(to: targets, isTrial: form.isTrial, by: caller) {
            try await change(form.change, of: targets, by: caller)
        }
        return BulkResult(items: items, dryRun: form.isTrial)
    }

    private func chosen(_ targets: BulkForm.Targets, by caller: Caller) async throws -> [BulkDeal] {
        switch targets {
        case .named(let deals): return deals
        case .fitting(let request, let expected):
            let matches = try await list.matches(request, max: BulkForm.dealsMax, by: caller)
            guard matches.count == expected else {
                let found = matches.count > BulkForm.dealsMax ? "over \(BulkForm.dealsMax)" : "\(matches.count)"
                throw RPCFault(
                    .failedPrecondition, "count_differs", "The filter fits \(found) deals, not \(expected); look again."
                )
            }
            return matches.map { BulkDeal(id: $0.id.text) }
        }
    }

    private func change(
        _ change: BulkForm.Change, of targets: [BulkDeal], by caller: Caller
    ) async throws -> BulkStore.Change {
        switch change {
        case .update(let patch):
            return { [deals] reference, caller, db in try deals.update(reference, patch, by: caller, in: db) }
        case .move(let move):
            return { [transitions] reference, caller, db in
                try transitions.move(reference, move, by: caller, in: db).deal
            }
        case .addMember(let new):
            guard let member = try await member(new, of: targets, by: caller) else {
                // He managed none of them: each says so by itself.
                return { reference, caller, db in
                    let seen = try DealRows.seen(reference, by: caller, may: .read, in: db)
                    try Access.read.require(.manage)
                    return seen.deal
                }
            }
            return { reference, caller, db in
                let deal = try TeamStore.add(member, to: reference, by: caller, in: db)
                try caller.requireVersion(of: deal)
                return deal
            }
        }
    }

    /// - Returns: nil when the caller manages none of the deals: who is known to the firm is not told to him.
    private func member(
        _ new: NewTeamMember, of targets: [BulkDeal], by caller: Caller
    ) async throws -> TeamMember? {
        guard try await bulk.managesAny(of: targets, caller) else { return nil }
        let form = try NewMemberForm(new)
        do {
            return try form.member(await users(form.lookup, caller.context), by: caller)
        } catch let fault as RPCFault where fault.status == .notFound {
            throw form.unknownUser
        }
    }
}
