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
    case manageUsers, createDeals, readDeals, workOnDeals, clearConflicts, readAudit, readHealthDetails
    /// What holds for the whole firm, such as exchange rates.
    case readSettings, manageSettings

    package var roles: Set<Role> {
        switch self {
        case .manageUsers: [.admin]
        case .createDeals: [.banker]
        case .readDeals: [.banker, .compliance, .observer]
        case .workOnDeals: [.banker, .compliance]
        case .clearConflicts: [.compliance]
        case .readAudit: [.compliance]
        case .readHealthDetails, .readSettings: Set(Role.allCases)
        case .manageSettings: [.admin]
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
