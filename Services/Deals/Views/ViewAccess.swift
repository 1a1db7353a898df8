import Contracts
import RPC

/// Who may see and change a saved view. Which deals it shows is another question: each reader's own scope answers it.
struct ViewAccess: Sendable {
    let caller: Caller

    /// - Parameter isColleague: whether the caller is on a deal's team with the view's owner at this moment.
    func sees(_ view: DealView, isColleague: Bool) -> Bool {
        switch view.scope {
        case _ where view.ownerId == caller.id: true
        case .private: false
        case .team: isColleague
        case .firm: true
        }
    }

    /// - Throws: `version_required`, `not_owner`, or `version_mismatch` with the view as it stands.
    func requireChange(of view: DealView) throws {
        guard view.ownerId == caller.id else {
            throw RPCFault(.permissionDenied, "not_owner", "A view is changed by its owner only.")
        }
        guard let expected = caller.context.ifMatch else {
            throw RPCFault(.failedPrecondition, "version_required", "Send If-Match with the version you read.")
        }
        guard expected == view.version else {
            throw RPCFault(
                .aborted, "version_mismatch", "The view has changed since you read it.",
                current: String(decoding: try StrictJSON.encode(view), as: UTF8.self))
        }
    }

    /// Bankers speak for the firm's pipeline; everybody else keeps views for himself.
    /// - Parameter before: nil for a new view.
    func requireScope(_ scope: DealViewScope, before: DealViewScope?) throws(RPCFault) {
        guard scope == .firm, before != .firm, caller.role != .banker else { return }
        throw RPCFault.forbidden("Views for the firm are made by bankers.")
    }
}
