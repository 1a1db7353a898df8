import Contracts
import Foundation
import RPC

/// Whether a user's status may be changed: nobody may lock the last administrator, or himself, out.
enum StatusRule {
    enum Refusal: Error { case lastAdministrator, oneself }

    static func check(
        _ user: User, becomes status: UserStatus, by actor: UUID, otherActiveAdministrators: Int
    ) throws(Refusal) {
        guard status == .disabled, user.status == .active else { return }
        if user.role == .admin, otherActiveAdministrators == 0 { throw .lastAdministrator }
        if user.id == actor { throw .oneself }
    }
}

extension StatusRule.Refusal {
    var fault: RPCFault {
        switch self {
        case .lastAdministrator:
            RPCFault(.failedPrecondition, "last_administrator", "The last active administrator cannot be disabled.")
        case .oneself: RPCFault(.failedPrecondition, "own_account", "Nobody can disable the own account.")
        }
    }
}
