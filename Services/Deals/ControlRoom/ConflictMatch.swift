import Contracts
import Foundation

/// Somebody who is looked at for conflicts.
struct ScreenedParty: Sendable, Hashable {
    let organizationId: UUID?
    let name: String
    /// Nil when nobody says, as `other` is.
    let role: CheckedRole?
    /// Whether deals of the same kind count, too. Written on a deal, a client hits where it is something else than a client,
    /// and a buyer where it is something else than a buyer; who asks by himself is answered without regard to roles,
    /// so that two questions with different roles tell no more than one.
    var countsAllDeals = false
    /// A service provider, such as counsel, is on many deals: it hits lists only.
    var countsDeals = true

    var key: String { MatchKey.of(name) }

    /// Whether it matters that this party is something on another deal.
    func isOpposed(to role: CheckedRole) -> Bool {
        guard countsDeals else { return false }
        if countsAllDeals { return true }
        switch (self.role, role) {
        case (.client, .client), (.counterparty, .counterparty): return false
        default: return true
        }
    }
}

extension ScreenedParty {
    /// - Parameter role: of a party of a deal.
    init(organization: UUID, name: String, role: PartyRole) {
        self.init(organizationId: organization, name: name, role: role.checked, countsDeals: !role.isService)
    }
}

extension PartyRole {
    /// Whether it works for one of the others.
    var isService: Bool {
        switch self {
        case .legalCounsel, .auditor, .coAdviser, .bookrunner, .coManager, .trustee: true
        case .client, .target, .seller, .acquirer, .issuer, .guarantor, .lender, .investor, .other: false
        }
    }

    var checked: CheckedRole {
        switch self {
        case .client, .issuer: .client
        case .target: .target
        case .lender, .investor: .counterparty
        case .seller, .acquirer, .guarantor, .legalCounsel, .auditor, .coAdviser, .bookrunner, .coManager, .trustee,
            .other:
            .other
        }
    }
}

/// What a party met.
enum ConflictMatch: Sendable, Hashable {
    case entry(UUID, ControlList)
    case deal(UUID, CheckedRole)

    /// Watch lists are kept in silence.
    var refers: Bool {
        switch self {
        case .entry(_, .watch): false
        case .entry, .deal: true
        }
    }
}

/// A party with all that it met.
struct ScreenedHits: Sendable {
    let party: ScreenedParty
    let matches: [ConflictMatch]
    /// How many there are beside.
    var leftOut = 0

    var answer: ConflictAnswer { matches.contains(where: \.refers) ? .refer : .clear }
}
