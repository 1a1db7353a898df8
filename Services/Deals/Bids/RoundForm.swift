import Contracts
import Foundation
import RPC

/// Fills a round from input field by field and collects all that is wrong.
struct RoundForm: Sendable {
    private(set) var round: DealRound
    private(set) var faults: [FieldFault] = []

    init(_ new: NewDealRound, number: Int, by caller: Caller) {
        round = DealRound(
            id: UUIDv7.make(at: caller.now), number: number, name: new.name, kind: new.kind, status: .open,
            addedBy: caller.id, addedAt: caller.now, updatedAt: caller.now, version: 1)
        var patch = DealRoundPatch()
        patch.name = .set(new.name)
        patch.bidsDueOn = new.bidsDueOn.map(Patch.set)
        patch.processLetterId = new.processLetterId.map(Patch.set)
        apply(patch)
    }

    init(_ round: DealRound) { self.round = round }

    mutating func apply(_ patch: DealRoundPatch) {
        switch patch.name {
        case .set(let name): if let name = TextRule("name", 1...80).check(name, &faults) { round.name = name }
        case .clear: faults.append(Self.needed("name"))
        case nil: break
        }
        switch patch.kind {
        case .set(let kind): round.kind = kind
        case .clear: faults.append(Self.needed("kind"))
        case nil: break
        }
        switch patch.status {
        case .set(let status): round.status = status
        case .clear: faults.append(Self.needed("status"))
        case nil: break
        }
        switch patch.bidsDueOn {
        case .set(let day): round.bidsDueOn = day
        case .clear: round.bidsDueOn = nil
        case nil: break
        }
        switch patch.processLetterId {
        case .set(let id): round.processLetterId = id
        case .clear: round.processLetterId = nil
        case nil: break
        }
    }

    /// - Parameter isLetterThere: whether the register of the deal holds the process letter.
    mutating func letter(isThere isLetterThere: Bool) {
        guard round.processLetterId != nil, !isLetterThere else { return }
        faults.append(FieldFault("processLetterId", "unknown_document", "must be a document of this deal"))
    }

    /// - Throws: `validation_failed` with every field that does not fit.
    func checked() throws(RPCFault) -> DealRound {
        guard faults.isEmpty else { throw .invalid(faults) }
        return round
    }

    private static func needed(_ field: String) -> FieldFault { FieldFault(field, "required", "must not be null") }
}
