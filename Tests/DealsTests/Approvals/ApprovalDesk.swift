import Contracts
import Foundation
import RPC

@testable import deals

/// The calls that stories about approvals are told with.
extension Desk {
    func ask(
        _ kind: ApprovalKind, stage: String? = nil, on deal: Deal, by person: Person, seconds: Int64? = nil
    ) async throws -> Approval {
        let until = seconds.map { clock.now().advanced(bySeconds: $0) }
        let new = NewApproval(kind: kind, stage: stage, reason: "fees and conflicts agreed", until: until)
        return try await call(DealMethods.requestApproval, new, as: person, on: [deal.id.text])
    }

    func decide(
        _ decision: ApprovalChoice, _ approval: Approval, on deal: Deal, as person: Person, ifMatch: Int64? = nil
    ) async throws -> Approval {
        let input = ApprovalDecision(decision: decision, note: "as discussed")
        return try await call(
            DealMethods.decideApproval, input, as: person, on: [deal.id.text, approval.id.text], ifMatch: ifMatch)
    }

    func approvals(_ query: ApprovalQuery = ApprovalQuery(), of deal: Deal, as person: Person) async throws
        -> ApprovalPage
    {
        try await call(DealMethods.approvals, query, as: person, on: [deal.id.text])
    }

    func moved(_ deal: Deal, _ move: Move, as person: Person) async throws -> MovedDeal {
        try await call(DealMethods.move, move, as: person, on: [deal.id.text])
    }

    func options(_ deal: Deal, as person: Person) async throws -> TransitionOptions {
        try await call(DealMethods.transitions, Nothing(), as: person, on: [deal.id.text])
    }

    /// For the list of all calls about one deal.
    func approvalCalls(on reference: String, as person: Person) -> [(String, () async throws -> Data)] {
        let new = NewApproval(kind: .engagement, reason: "curious")
        let decision = ApprovalDecision(decision: .approve)
        let child = [reference, UUIDv7.make().text]
        return [
            ("approvals", { try await bytes(DealMethods.approvals, ApprovalQuery(), as: person, on: [reference]) }),
            ("approvals.request", { try await bytes(DealMethods.requestApproval, new, as: person, on: [reference]) }),
            ("approvals.decide", { try await bytes(DealMethods.decideApproval, decision, as: person, on: child) }),
        ]
    }
}
