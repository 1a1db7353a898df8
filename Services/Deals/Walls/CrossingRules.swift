import Contracts
import Foundation
import RPC

extension WallCrossing {
    /// What a stored crossing is at a moment; time needs nobody to pass over it.
    static func status(
        _ decision: CrossingChoice?, endedAt: Instant?, until: Instant, at now: Instant
    ) -> CrossingStatus {
        if decision == .refuse { return .refused }
        if endedAt != nil { return .ended }
        if now >= until { return .expired }
        return decision == nil ? .requested : .granted
    }

    /// Two people: who asked and who is let in have no say.
    mutating func decide(_ form: CrossingDecisionForm, by caller: Caller) throws(RPCFault) {
        guard ![requestedBy, userId].contains(caller.id) else { throw .fourEyes }
        guard decidedBy == nil, endedBy == nil else {
            throw RPCFault(.failedPrecondition, "already_decided", "This wall-crossing waits for no decision.")
        }
        guard form.decision == .refuse || caller.now < until else { throw .crossingOver }
        (decidedBy, note) = (caller.id, form.note)
        // A clock that was set back does not make the answer older than the question.
        decidedAt = max(caller.now, requestedAt)
        status = form.decision == .approve ? .granted : .refused
        version += 1
    }

    /// Ends what runs, or takes a request back.
    mutating func end(by caller: Caller) throws(RPCFault) {
        guard status == .requested || status == .granted else { throw .crossingOver }
        (endedBy, status) = (caller.id, .ended)
        endedAt = max(caller.now, decidedAt ?? requestedAt)
        version += 1
    }

    /// - Throws: `version_mismatch` with the crossing as it stands when the caller read an older one.
    func requireVersion(_ expected: Int64?) throws {
        guard let expected, expected != version else { return }
        throw RPCFault(
            .aborted, "version_mismatch", "The wall-crossing has changed since you read it.",
            current: String(decoding: try StrictJSON.encode(self), as: UTF8.self))
    }
}

extension SeenDeal {
    /// Who sees a deal's insider list and its wall-crossings: those who manage it, and compliance.
    func requireOversight(by caller: Caller) throws(RPCFault) {
        if caller.role != .compliance { try access.require(.manage) }
    }

    /// Who decides over others' access: the same, but nobody who is himself let in for a time.
    func requireSay(by caller: Caller) throws(RPCFault) {
        if !isControlRoom(caller) { try access.require(.manage) }
    }
}

extension RPCFault {
    fileprivate static let fourEyes = RPCFault(
        .permissionDenied, "four_eyes", "Neither who asked for a wall-crossing nor who is to cross decides on it.")
    fileprivate static let crossingOver = RPCFault(
        .failedPrecondition, "wall_crossing_over", "This wall-crossing is over.")
}
