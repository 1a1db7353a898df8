import Contracts
import Foundation

/// What becomes of a person whom the provider has proven and whom we have never seen.
enum LinkRule {
    enum Decision: Sendable, Equatable {
        /// He is this user from now on, whatever his e-mail becomes.
        case link(User)
        case create(EmailAddress)
        case refuse
    }

    /// An e-mail that the provider does not vouch for proves nothing. An administrator's account is never taken over by an
    /// e-mail alone: whoever gives out e-mails would give out the whole system. Nor is one that has an account at this
    /// provider already: it belongs to that one.
    /// - Parameters:
    ///   - email: that the provider vouches for.
    ///   - user: who has that e-mail here.
    ///   - hasIdentity: whether he has an account at this provider already.
    static func decide(
        email: EmailAddress?, user: User?, hasIdentity: Bool, provisions: Bool
    ) -> Decision {
        guard let email else { return .refuse }
        guard let user else { return provisions ? .create(email) : .refuse }
        return user.role == .admin || hasIdentity || user.status != .active ? .refuse : .link(user)
    }

    /// The role that a user has from now on: the last administrator stays one, or nobody could change anything any more.
    static func role(_ mapped: Role, of user: User, otherActiveAdministrators: Int) -> Role {
        user.role == .admin && mapped != .admin && otherActiveAdministrators == 0 ? .admin : mapped
    }
}
