import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// What was bid for a deal. Bids have no permission of their own: who reads the deal reads them, who edits it writes them
/// down.
struct BidStore: Sendable {
    let store: Store

    /// Of one deal, those that are over among them: the grid looks at all that stand.
    static let bidsMax = 1000

    func page(
        _ reference: DealReference, _ query: DealBidQuery, limit: Int, before position: Int?, by caller: Caller
    ) async throws -> DealBidPage {
        try await store.read { db in
            let deal = try DealRows.seen(reference, by: caller, may: .read, in: db).deal
            // One more than asked tells whether there is a next page.
            let bids = try BidRows.page(
                of: deal.id, round: query.round, before: position, limit: limit + 1, in: db)
            let shown = bids.prefix(limit)
            let last = bids.count > shown.count ? shown.last?.position : nil
            return DealBidPage(items: shown.map(\.bid), nextCursor: last.map(String.init))
        }
    }

    /// The one that came later stands: a bid of an earlier day than the one that stands is superseded from the start.
    func add(_ new: NewDealBid, to reference: DealReference, by caller: Caller) async throws -> DealBid {
        try await store.once(by: caller) { db in
            let deal = try DealRows.seen(reference, by: caller, may: .edit, in: db).deal
            guard try BidRows.count(of: deal.id, in: db) < Self.bidsMax else {
                throw RPCFault(.failedPrecondition, "bids_full", "A deal has at most \(Self.bidsMax) bids.")
            }
            var form = DealBidForm(new, by: caller)
            let round = try RoundRows.round(number: new.round, of: deal.id, in: db)
            form.place(in: round)
            form.name(try BidRows.counterpartyName(new.counterpartyId, of: deal.id, in: db))
            let standing = try BidRows.current(
                of: new.counterpartyId, round: new.round, deal: deal.id, in: db)
            if let standing, form.bid.receivedOn < standing.receivedOn {
                form.supersede()
            } else if let standing {
                form.supersede(standing)
            }
            let bid = try form.checked(today: caller.today)
            guard round?.status == .open else {
                throw RPCFault(.failedPrecondition, "round_closed", "The round is closed; open it again first.")
            }
            if var older = standing, bid.status == .current {
                older.status = .superseded
                _ = try BidRows.update(older, at: caller.now, in: db)
            }
            try BidRows.insert(bid, into: deal.id, in: db)
            try Self.record(EventType.dealBidAdded, nil, bid, of: deal, by: caller, in: db)
            return bid
        }
    }

    func update(_ reference: WorkReference, _ patch: DealBidPatch, by caller: Caller) async throws -> DealBid {
        try await store.write { db in
            let (deal, before) = try Self.standing(reference, by: caller, in: db)
            var form = DealBidForm(before)
            form.apply(patch)
            let after = try form.checked(today: caller.today)
            guard after != before else { return before }
            let bid = try BidRows.update(after, at: caller.now, in: db)
            try Self.record(EventType.dealBidUpdated, before, bid, of: deal, by: caller, in: db)
            return bid
        }
    }

    /// What it superseded stays superseded: who comes back bids again.
    func withdraw(
        _ reference: WorkReference, _ withdrawal: BidWithdrawal, by caller: Caller
    ) async throws -> DealBid {
        var faults: [FieldFault] = []
        let rule = TextRule("reason", DealBidForm.reasonLength, allowsLines: true)
        let reason = rule.check(withdrawal.reason, &faults)
        let fault = faults.isEmpty ? nil : RPCFault.invalid(faults)
        return try await store.once(by: caller) { db in
            let (deal, before) = try Self.standing(reference, by: caller, in: db)
            if let fault { throw fault }
            var after = before
            after.status = .withdrawn
            (after.withdrawnBy, after.withdrawnAt) = (caller.id, max(caller.now, before.addedAt))
            after.withdrawalReason = reason
            let bid = try BidRows.update(after, at: caller.now, in: db)
            try Self.record(EventType.dealBidWithdrawn, before, bid, of: deal, by: caller, in: db)
            return bid
        }
    }

    /// A bid that is not over, as the caller read it, of a deal that he may edit.
    private static func standing(
        _ reference: WorkReference, by caller: Caller, in db: Database
    ) throws -> (Deal, DealBid) {
        let deal = try DealRows.seen(reference.deal, by: caller, may: .edit, in: db).deal
        let bid = try BidRows.bid(reference.id, of: deal.id, in: db)
        try WorkVersion.require(bid, "bid", by: caller)
        guard bid.status == .current else {
            throw RPCFault(
                .failedPrecondition, "bid_over", "A bid that was superseded or withdrawn stays as it is.")
        }
        return (deal, bid)
    }

    private static func record(
        _ type: String, _ before: DealBid?, _ after: DealBid, of deal: Deal, by caller: Caller, in db: Database
    ) throws {
        try Event.record(
            type, about: deal, by: caller, ids: BidChanges.ids(before, after),
            changes: BidChanges.between(before, after), in: db)
    }
}
