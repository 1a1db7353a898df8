import Contracts
import Foundation
import RPC

/// Checks who is to be brought over the wall, before anybody is asked who that is and after.
struct CrossingForm: Sendable {
    static let secondsMax: Int64 = 90 * 86_400

    let userId: UUID
    private let reason: String
    private let until: Instant

    init(_ input: NewWallCrossing, now: Instant) throws(RPCFault) {
        var faults: [FieldFault] = []
        reason = TextRule("reason", 1...500, allowsLines: true).check(input.reason, &faults) ?? ""
        if input.until <= now {
            faults.append(FieldFault("until", "in_past", "must be in the future"))
        } else if input.until > now.advanced(bySeconds: Self.secondsMax) {
            faults.append(FieldFault("until", "too_late", "must be at most 90 days ahead"))
        }
        guard faults.isEmpty else { throw .invalid(faults) }
        (userId, until) = (input.userId, input.until)
    }

    func crossing(of user: User, by caller: Caller) throws(RPCFault) -> WallCrossing {
        var faults: [FieldFault] = []
        if user.status == .disabled {
            faults.append(FieldFault("userId", "user_disabled", "This person's account is disabled."))
        }
        switch user.role {
        case .admin, .management:
            faults.append(FieldFault("userId", "role_not_allowed", "People of this role do not see deals."))
        case .banker, .compliance, .observer: break
        }
        guard faults.isEmpty else { throw .invalid(faults) }
        return WallCrossing(
            id: UUIDv7.make(at: caller.now), userId: user.id, name: user.name, reason: reason, until: until,
            status: .requested, requestedBy: caller.id, requestedAt: caller.now, version: 1)
    }

    static var unknownUser: RPCFault {
        .invalid([FieldFault("userId", "unknown_user", "Nobody is known by this.")])
    }
}

/// A checked answer to a request.
struct CrossingDecisionForm: Sendable {
    let decision: CrossingChoice
    let note: String?

    init(_ input: CrossingDecision) throws(RPCFault) {
        var faults: [FieldFault] = []
        note = input.note.flatMap { TextRule("note", 1...2000, allowsLines: true).check($0, &faults) }
        guard faults.isEmpty else { throw .invalid(faults) }
        decision = input.decision
    }
}

extension BreakGlass {
    /// - Returns: the reason, trimmed.
    func checked() throws(RPCFault) -> String {
        var faults: [FieldFault] = []
        let text = TextRule("reason", 10...500, allowsLines: true).check(reason, &faults)
        guard let text else { throw .invalid(faults) }
        return text
    }
}

extension AccessQuery {
    /// What will be cannot be known.
    func instant(now: Instant) throws(RPCFault) -> Instant {
        guard let asOf else { return now }
        guard asOf <= now else { throw .invalid([FieldFault("asOf", "in_future", "must not be in the future")]) }
        return asOf
    }
}

extension CrossingQuery {
    /// The limit, and the id after which the page begins.
    func checked() throws(RPCFault) -> (limit: Int, after: UUID?) {
        let limit = try PageLimit.checked(limit)
        guard let cursor else { return (limit, nil) }
        guard let id = UUID(uuidString: cursor) else { throw .cursorInvalid }
        return (limit, id)
    }
}
