package import RPC

/// What a person is in the firm. What each may do stands in `Permission`; who may see which deal is the deals service's
/// decision and never follows from the role alone.
package enum Role: String, Codable, Sendable, CaseIterable {
    case admin, banker, compliance, management, observer

    package var bits: UInt16 { 1 << UInt16(Self.allCases.firstIndex(of: self) ?? 0) }

    /// The one role in an identity's bits; nil when there is none or more than one.
    package init?(bits: UInt16) {
        guard let role = Self.allCases.first(where: { $0.bits == bits }) else { return nil }
        self = role
    }
}

/// What a role may do at all; the object-level check comes after it, in the service that owns the object.
package enum Permission: String, Codable, Sendable, CaseIterable {
    case manageUsers, manageWebhooks, createDeals, readDeals, workOnDeals, clearConflicts, readAudit, readHealthDetails
    /// What holds for the whole firm: pipelines and their rules, custom fields, exchange rates.
    case readSettings, manageSettings
    /// How many deals there are, and of what, without seeing any.
    case readTotals
    /// Numbers over the deals that somebody sees, or blinded ones.
    case readReports

    package var roles: Set<Role> {
        switch self {
        case .manageUsers, .manageWebhooks: [.admin]
        case .createDeals: [.banker]
        case .readDeals: [.banker, .compliance, .observer]
        case .workOnDeals: [.banker, .compliance]
        case .clearConflicts: [.compliance]
        case .readAudit: [.compliance]
        // It holds nothing of any deal.
        case .readHealthDetails, .readSettings: Set(Role.allCases)
        // Not compliance, which may pass over a rule: who could rewrite it too would need no override, which is recorded,
        // and explained. It reads each change of a rule in the log.
        case .manageSettings: [.admin]
        case .readTotals: [.compliance, .management]
        case .readReports: [.banker, .compliance, .management, .observer]
        }
    }
}

extension RPCContext {
    /// The signed-in user, when the role may do this; `unauthenticated` or `forbidden` otherwise.
    package func require(_ permission: Permission) throws -> RPCIdentity {
        guard let identity else { throw RPCFault(.unauthenticated, "unauthenticated", "Sign in first.") }
        guard let role = Role(bits: identity.roles), permission.roles.contains(role) else {
            throw RPCFault.forbidden("Your role does not allow this.")
        }
        return identity
    }
}
