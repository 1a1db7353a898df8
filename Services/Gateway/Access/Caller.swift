import Contracts
import RPC

/// Who sends a request, and what the credential he showed is good for.
struct Caller: Sendable, Equatable {
    enum Kind: Sendable, Equatable { case accessToken, personalToken, webSession }

    let identity: RPCIdentity
    let kind: Kind
    /// Until when (seconds since 1970) the credential says so.
    let expiry: Int64
    /// Beyond them it is good for nothing; nil for all that the role may.
    var scopes: Set<Permission>?

    init(identity: RPCIdentity, kind: Kind, expiry: Int64, scopes: Set<Permission>? = nil) {
        self.identity = identity
        self.kind = kind
        self.expiry = expiry
        self.scopes = scopes
    }

    init(_ access: ResolvedAccess, _ kind: OpaqueCredential.Kind) {
        self.init(
            identity: RPCIdentity(subject: access.subject, session: access.session, roles: access.role.bits),
            kind: kind == .webSession ? .webSession : .personalToken, expiry: access.expiresAt.milliseconds / 1000,
            scopes: access.scopes.map(Set.init))
    }

    /// - Throws: `Problem`: 403 when the role, or the token, does not reach so far.
    func require(_ access: Route.Access) throws(Problem) {
        let role = Role(bits: identity.roles)
        switch access {
        case .nobody: throw .forbidden("forbidden", "Nobody may do this.", scope: nil)
        case .anyone, .signedIn: return
        case .session:
            guard kind != .personalToken else {
                throw .forbidden("session_required", "A personal access token cannot do this; sign in.", scope: nil)
            }
        case .permission(let permission):
            guard let role, permission.roles.contains(role) else {
                throw .forbidden("forbidden", "Your role does not allow this.", scope: permission.rawValue)
            }
            guard scopes?.contains(permission) != false else {
                if kind != .personalToken { throw Self.secondFactorDue }
                throw .forbidden(
                    "insufficient_scope", "This token lacks the scope \(permission.rawValue).",
                    scope: permission.rawValue)
            }
        }
    }

    /// A session without all the permissions of its role is one that was opened without the second factor the role needs.
    private static let secondFactorDue = Problem.forbidden(
        "second_factor_due",
        "Your role needs a second factor: set one up under /api/users/me/factors, then sign in with it.", scope: nil)
}
