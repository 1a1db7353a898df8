import Contracts
import Foundation
import RPC

/// What one person asks on a deal and another approves: listed by who reads the deal, asked by who works on it.
struct ApprovalHandlers: Sendable {
    let approvals: ApprovalStore
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.approvals, list)
        router.on(DealMethods.requestApproval, request)
        router.on(DealMethods.decideApproval, decide)
        router.on(DealMethods.openApprovals, open)
    }

    func list(_ query: ApprovalQuery, _ context: RPCContext) async throws -> ApprovalPage {
        let caller = try Caller(context, may: .readDeals, now: now())
        let (limit, after) = try query.checked()
        return try await approvals.page(limit: limit, after: after, of: DealReference(context), by: caller)
    }

    func open(_ query: OpenApprovalQuery, _ context: RPCContext) async throws -> OpenApprovalPage {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await approvals.open(OpenApprovalRequest(query), by: caller)
    }

    func request(_ input: NewApproval, _ context: RPCContext) async throws -> Approval {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        let form = try ApprovalForm(input, now: caller.now)
        return try await approvals.request(form, on: DealReference(context), by: caller)
    }

    func decide(_ input: ApprovalDecision, _ context: RPCContext) async throws -> Approval {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        let reference = try DealReference(context)
        // An id that is none says nothing of the deal.
        guard context.resource.count == 2, let id = UUID(uuidString: context.resource[1]) else {
            throw RPCFault.notFound("deal")
        }
        return try await approvals.decide(id, of: reference, ApprovalDecisionForm(input), by: caller)
    }
}
