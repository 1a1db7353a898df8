import Contracts
import Foundation
import NIOHTTP1

/// Brings one sample deal to where its data says it stands, as its lead and as compliance.
struct DemoDealRun: Sendable {
    let api: APIClient
    let deal: DemoDeal
    /// What an earlier run made.
    let known: Deal?
    /// Access tokens by a person's key.
    let tokens: [String: String]
    let today: BusinessDate

    func load() async throws {
        do {
            try await loadSteps()
        } catch let problem as APIProblem {
            throw CommandFailure(line: "\(deal.name): \(problem)")
        }
    }

    private func loadSteps() async throws {
        var current: Deal
        if let known { current = known } else { current = try await create() }
        let path = "/api/deals/\(current.id.text)"
        for (key, role) in deal.team.sorted(by: { $0.key < $1.key }) {
            let member = NewTeamMember(
                email: "\(key)@\(DemoData.domain)", role: role, access: Self.access(of: role),
                reason: "Staffed on the deal")
            try await add(member, to: path + "/team")
        }
        for buyer in deal.buyers ?? [] { try await add(buyer.counterparty, to: path + "/counterparties") }

        let history: StageHistory = try await api.call(.GET, path + "/history", token: tokens[deal.lead])
        // The first entry of a history is the creation itself.
        let moves = deal.moves.dropFirst(max(0, history.items.count - 1))
        guard !moves.isEmpty else { return }
        if current.conflictStatus == .notStarted {
            current = try await askForClearance(current, path)
        }
        if current.conflictStatus == .pending, moves.contains(where: \.isEngagement) {
            let decision = ConflictDecision(decision: .cleared, note: "No conflict found")
            let _: Deal = try await api.call(.POST, path + "/conflict", token: tokens["compliance"], body: decision)
        }
        for move in moves {
            let _: Deal = try await api.call(
                .POST, path + "/transitions", token: tokens[deal.lead], body: move.move(today: today))
        }
    }

    private func create() async throws -> Deal {
        try await api.call(
            .POST, "/api/deals", token: tokens[deal.lead], headers: [("Idempotency-Key", "demo-\(deal.slug)")],
            body: deal.newDeal(today: today))
    }

    private func askForClearance(_ current: Deal, _ path: String) async throws -> Deal {
        var patch = DealPatch()
        patch.conflictStatus = .set(.pending)
        return try await api.call(
            .PATCH, path, token: tokens[deal.lead], headers: [("If-Match", "\"\(current.version)\"")], body: patch)
    }

    private func add(_ part: some Encodable, to path: String) async throws {
        do {
            _ = try await api.send(.POST, path, token: tokens[deal.lead], body: try JSONEncoder().encode(part))
        } catch let problem as APIProblem where problem.status == 409 {
            return  // There since an earlier run.
        }
    }

    private static func access(of role: TeamRole) -> TeamAccess {
        switch role {
        case .lead, .md: .manage
        case .observer, .compliance, .legal: .read
        case .director, .vp, .associate, .analyst, .syndicate: .edit
        }
    }
}
