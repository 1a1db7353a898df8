import Contracts
import Foundation
import RPC
import Synchronization

/// Invitations over the wire. Who accepts one chooses the password himself, and signs in next like everybody else.
final class InvitationHandlers: Sendable {
    /// One answer for every reason: never was, used, expired, revoked, replaced.
    private static let badToken = RPCFault(
        .permissionDenied, "invitation_invalid", "This invitation is good no more; ask an administrator for a new one.")
    private static let underWay = RPCFault(
        .resourceExhausted, "busy", "This invitation is being accepted right now; try again.",
        retryAfterMilliseconds: 1000, isNotExecuted: true)
    private static let emailTaken = RPCFault(
        .alreadyExists, "email_taken", "There is a user with this e-mail already.",
        errors: [FieldFault("email", "email_taken", "belongs to a user")])

    private let invitations: InvitationStore
    private let hasher: PasswordHasher
    /// Its name, which no password may contain.
    private let firm: String?
    private let clock: WallClock
    /// Those for which a password is being hashed, each once at a time: whoever has a token has one place in the hasher's
    /// queue. The transaction alone decides who wins.
    private let accepting = Mutex<Set<UUID>>([])

    init(invitations: InvitationStore, hasher: PasswordHasher, firm: String?, clock: @escaping WallClock) {
        self.invitations = invitations
        self.hasher = hasher
        self.firm = firm
        self.clock = clock
    }

    func create(_ input: NewInvitation, _ context: RPCContext) async throws -> CreatedInvitation {
        let identity = try context.require(.manageUsers)
        let request = try InvitationRequest(input)
        do {
            return try await invitations.create(request, by: identity, Occasion(context, at: clock()))
        } catch InvitationStore.Refusal.emailTaken {
            throw Self.emailTaken
        } catch InvitationStore.Refusal.tooMany {
            throw RPCFault(
                .failedPrecondition, "too_many_invitations",
                "\(InvitationStore.openMax) invitations are open already; revoke one first.")
        }
    }

    func list(_ input: InvitationQuery, _ context: RPCContext) async throws -> InvitationPage {
        _ = try context.require(.manageUsers)
        let page = try AgePage(limit: input.limit, cursor: input.cursor)
        let (items, nextCursor) = page.cut(try await invitations.page(page, at: clock())) {
            AgeCursor(createdAt: $0.createdAt, id: $0.id)
        }
        return InvitationPage(items: items, nextCursor: nextCursor)
    }

    func revoke(_ input: Nothing, _ context: RPCContext) async throws -> Nothing {
        _ = try context.require(.manageUsers)
        guard let id = context.resourceID, try await invitations.revoke(id, Occasion(context, at: clock()))
        else { throw RPCFault.notFound("invitation") }
        return Nothing()
    }

    func look(_ input: InvitationClaim, _ context: RPCContext) async throws -> InvitationGreeting {
        let invitation = try await open(OpaqueSecret(text: input.token))
        return InvitationGreeting(
            email: invitation.email, name: invitation.name, role: invitation.role, expiresAt: invitation.expiresAt)
    }

    func accept(_ input: InvitationAcceptance, _ context: RPCContext) async throws -> User {
        let token = OpaqueSecret(text: input.token)
        let invitation = try await open(token)
        let applicant = try Applicant(
            NewUser(
                email: invitation.email, name: input.name ?? invitation.name, role: invitation.role,
                password: input.password), firm: firm)
        guard accepting.withLock({ $0.insert(invitation.id).inserted }) else { throw Self.underWay }
        defer { accepting.withLock { _ = $0.remove(invitation.id) } }
        let hash = try await hasher.hash(applicant.password)
        let occasion = Occasion(context, at: clock())
        let account = applicant.account(hash: hash, at: occasion.now)
        do {
            guard try await invitations.accept(token, account, occasion) else { throw Self.badToken }
        } catch InvitationStore.Refusal.emailTaken {
            throw Self.emailTaken
        }
        return account.user
    }

    private func open(_ token: OpaqueSecret) async throws -> Invitation {
        guard let invitation = try await invitations.open(token, at: clock()) else { throw Self.badToken }
        return invitation
    }
}
