/// What a witness answers (C2SP tlog-witness, add-checkpoint).
///
/// `accept` alone permits a cosignature, and only once the checkpoint is stored durably in place of `last` in the
/// transaction that read `last`: two decisions over the same `last` would sign two histories.
package enum WitnessDecision: Sendable, Equatable {
    case accept(Checkpoint)
    /// 400: the request contradicts itself.
    case malformed
    /// 403: no key that the witness trusts for this log has signed it.
    case notSigned
    /// 404
    case originUnknown
    /// 409: the witness has seen a checkpoint of this size, which the log is told; or another tree of the same size.
    case conflict(size: Int64)
    /// 422: the proof does not show that the log only grew.
    case inconsistent

    package var status: Int {
        switch self {
        case .accept: 200
        case .malformed: 400
        case .notSigned: 403
        case .originUnknown: 404
        case .conflict: 409
        case .inconsistent: 422
        }
    }

    /// `text/x.tlog.size`, for a conflict alone.
    package var body: String? {
        if case .conflict(let size) = self { "\(size)\n" } else { nil }
    }

    /// - Parameters:
    ///   - logs: those that the witness watches, one for an origin.
    ///   - last: the checkpoint of this origin that it cosigned last, if any.
    package static func on(
        _ request: AddCheckpoint, of logs: [TrustedLog], last: (_ origin: String) throws -> Checkpoint?
    ) rethrows -> WitnessDecision {
        // Nothing is verified yet: this text only chooses the keys to verify it by.
        guard let claimed = Checkpoint(unverified: request.checkpoint) else { return .malformed }
        guard let log = logs.first(where: { $0.origin.isSame(as: claimed.origin) }) else { return .originUnknown }
        guard let new = (try? log.open(request.checkpoint))?.checkpoint else { return .notSigned }
        guard request.oldSize <= new.size else { return .malformed }

        let seen = try last(log.origin)
        let (oldSize, oldRoot) = (seen?.size ?? 0, seen?.root ?? .empty)
        guard request.oldSize == oldSize else { return .conflict(size: oldSize) }
        if oldSize == new.size, oldRoot != new.root { return .conflict(size: oldSize) }
        let proof = ConsistencyProof(oldSize: oldSize, newSize: new.size, hashes: request.proof)
        // Before the first cosignature there is no root to start from, and nothing that could be contradicted.
        let continues = oldSize == 0 ? request.proof.isEmpty : proof.holds(from: oldRoot, to: new.root)
        return continues ? .accept(new) : .inconsistent
    }
}
