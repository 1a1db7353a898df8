import Contracts
import RPC

/// What one caller may do with one deal: the only place that decides it. SQL over many deals (`DealScope`) says the
/// same in its WHERE, and a test holds the two together.
enum Access: Int, Comparable, Sendable {
    case none, read, edit, manage

    /// - Parameters:
    ///   - membership: the caller's active row in the deal's team, if there is one.
    ///   - isLetIn: whether a wall-crossing or a broken glass lets him read the deal at this moment.
    init(role: Role, membership: TeamAccess?, isLetIn: Bool, confidentiality: Confidentiality) {
        switch role {
        case .banker:
            self = membership.map(Access.init) ?? (isLetIn ? .read : .none)
        case .observer:
            self = membership != nil || isLetIn ? .read : .none
        case .compliance:
            // The control room reads, and decides what is its own to decide; a secret deal is closed to it too.
            self = membership != nil || isLetIn || confidentiality != .secret ? .read : .none
        case .admin, .management:
            self = .none
        }
    }

    private init(_ membership: TeamAccess) {
        self =
            switch membership {
            case .read: .read
            case .edit: .edit
            case .manage: .manage
            }
    }

    static func < (a: Access, b: Access) -> Bool { a.rawValue < b.rawValue }

    /// Who may not see a deal learns nothing, not even that it exists; who sees it learns that this is not his to do.
    func require(_ needed: Access) throws(RPCFault) {
        guard self != .none else { throw .notFound("deal") }
        guard self >= needed else {
            throw RPCFault(.permissionDenied, "access_too_low", "Your access to this deal does not allow this.")
        }
    }
}
