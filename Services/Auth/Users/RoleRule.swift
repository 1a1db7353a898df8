import Contracts
import Foundation
import RPC

/// Whether a user may get another role: the firm keeps an administrator, and nobody promotes himself.
enum RoleRule {
    enum Refusal: Error { case lastAdministrator, oneself }

    static func check(
        _ user: User, becomes role: Role, by actor: UUID, otherActiveAdministrators: Int
    ) throws(Refusal) {
        guard role != user.role else { return }
        if user.role == .admin, user.status == .active, otherActiveAdministrators == 0 { throw .lastAdministrator }
        if user.id == actor { throw .oneself }
    }
}

extension RoleRule.Refusal {
    var fault: RPCFault {
        switch self {
        case .lastAdministrator:
            RPCFault(
                .failedPrecondition, "last_administrator", "The last active administrator must stay one.")
        case .oneself: RPCFault(.failedPrecondition, "own_account", "Nobody can change the own role.")
        }
    }
}
