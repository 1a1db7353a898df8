import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// The rounds in which a deal is sold. They have no permission of their own: who reads the deal reads them.
struct RoundStore: Sendable {
    let store: Store

    /// Of one deal; the schema says the same.
    static let roundsMax = 20

    func list(_ reference: DealReference, by caller: Caller) async throws -> DealRoundList {
        try await store.read { db in
            let deal = try DealRows.seen(reference, by: caller, may: .read, in: db).deal
            return DealRoundList(items: try RoundRows.all(of: deal.id, in: db))
        }
    }

    func add(_ new: NewDealRound, to reference: DealReference, by caller: Caller) async throws -> DealRound {
        try await store.once(by: caller) { db in
            let deal = try DealRows.seen(reference, by: caller, may: .edit, in: db).deal
            let last = try RoundRows.all(of: deal.id, in: db).last?.number ?? 0
            guard last < Self.roundsMax else {
                throw RPCFault(.failedPrecondition, "rounds_full", "A deal has at most \(Self.roundsMax) rounds.")
            }
            let form = RoundForm(new, number: last + 1, by: caller)
            let round = try Self.checked(form, of: deal, in: db)
            try RoundRows.insert(round, into: deal.id, in: db)
            try Self.record(EventType.dealRoundAdded, nil, round, of: deal, by: caller, in: db)
            return round
        }
    }

    func update(_ reference: WorkReference, _ patch: DealRoundPatch, by caller: Caller) async throws -> DealRound {
        try await store.write { db in
            let deal = try DealRows.seen(reference.deal, by: caller, may: .edit, in: db).deal
            let before = try RoundRows.round(reference.id, of: deal.id, in: db)
            try WorkVersion.require(before, "round", by: caller)
            var form = RoundForm(before)
            form.apply(patch)
            // A letter that was taken out of the register since then stays named until somebody names another.
            let isNew = form.round.processLetterId != before.processLetterId
            let after = isNew ? try Self.checked(form, of: deal, in: db) : try form.checked()
            guard after != before else { return before }
            let round = try RoundRows.update(after, at: caller.now, in: db)
            try Self.record(EventType.dealRoundUpdated, before, round, of: deal, by: caller, in: db)
            return round
        }
    }

    private static func checked(_ form: RoundForm, of deal: Deal, in db: Database) throws -> DealRound {
        var form = form
        if let letter = form.round.processLetterId {
            form.letter(isThere: try DocumentRows.known(letter, of: deal.id, in: db) != nil)
        }
        return try form.checked()
    }

    private static func record(
        _ type: String, _ before: DealRound?, _ after: DealRound, of deal: Deal, by caller: Caller, in db: Database
    ) throws {
        try Event.record(
            type, about: deal, by: caller, ids: BidChanges.ids(before, after),
            changes: BidChanges.between(before, after), in: db)
    }
}
