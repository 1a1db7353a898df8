import Contracts
import RPC

/// Checks who is to join a deal's team, before anybody is asked who that is and after.
struct NewMemberForm: Sendable {
    let lookup: UserLookup
    private let input: NewTeamMember
    private let reason: String

    init(_ input: NewTeamMember) throws(RPCFault) {
        var faults: [FieldFault] = []
        if (input.userId == nil) == (input.email == nil) {
            faults.append(FieldFault("userId", "exactly_one", "Name the person by userId or by email, not by both."))
        }
        if let email = input.email, email.utf8.count > 254 {
            faults.append(FieldFault("email", "too_long", "must have at most 254 bytes"))
        }
        reason = TextRule("reason", 1...500, allowsLines: true).check(input.reason, &faults) ?? ""
        guard faults.isEmpty else { throw .invalid(faults) }
        self.input = input
        lookup = UserLookup(id: input.userId, email: input.email)
    }

    /// Roles that only ever read a deal get no more than that; those that see no deals do not join.
    func member(_ user: User, by caller: Caller) throws(RPCFault) -> TeamMember {
        var faults: [FieldFault] = []
        if user.status == .disabled {
            faults.append(FieldFault(field, "user_disabled", "This person's account is disabled."))
        }
        switch user.role {
        case .admin, .management:
            faults.append(FieldFault(field, "role_not_allowed", "People of this role do not join deals."))
        case .observer, .compliance:
            if input.access != .read {
                faults.append(FieldFault("access", "read_only_role", "People of this role may only read."))
            }
        case .banker: break
        }
        guard faults.isEmpty else { throw .invalid(faults) }
        return TeamMember(
            userId: user.id, name: user.name, role: input.role, access: input.access, reason: reason,
            addedBy: caller.id,
            from: caller.now, to: nil)
    }

    var unknownUser: RPCFault { .invalid([FieldFault(field, "unknown_user", "Nobody is known by this.")]) }

    private var field: String { input.userId == nil ? "email" : "userId" }
}

extension TeamMember {
    static func creator(of deal: Deal, name: String, by caller: Caller) -> TeamMember {
        TeamMember(
            userId: caller.id, name: name, role: .lead, access: .manage, reason: "created the deal", addedBy: caller.id,
            from: deal.createdAt, to: nil)
    }
}
