import Contracts
import Foundation
import RPC

/// Whose password an administrator may have reset.
enum ResetRule {
    enum Refusal: Error { case oneself, disabled }

    static func check(_ user: User, by actor: UUID) throws(Refusal) {
        if user.id == actor { throw .oneself }
        if user.status != .active { throw .disabled }
    }
}

extension ResetRule.Refusal {
    var fault: RPCFault {
        switch self {
        case .oneself:
            RPCFault(
                .failedPrecondition, "own_account", "Change your own password instead, or ask another administrator.")
        case .disabled:
            RPCFault(.failedPrecondition, "user_disabled", "This user is disabled; enable the account first.")
        }
    }
}
