import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// What a mandate is paid. Fees have no permission of their own: who reads the deal reads them, who edits it writes them.
struct FeeStore: Sendable {
    let store: Store

    func list(_ reference: DealReference, by caller: Caller) async throws -> DealFeeList {
        try await store.read { db in
            let deal = try DealRows.seen(reference, by: caller, may: .read, in: db).deal
            let fees = try FeeRows.all(of: deal.id, in: db)
            let counted = fees.filter { $0.status != .waived }
            return DealFeeList(
                items: fees, totals: FeeTotal.of(counted.map { ($0.due, $0.ours) }),
                unknown: counted.count { $0.due == nil })
        }
    }

    func add(_ new: NewDealFee, to reference: DealReference, by caller: Caller) async throws -> DealFee {
        try await store.once(by: caller) { db in
            let deal = try DealRows.seen(reference, by: caller, may: .edit, in: db).deal
            let others = try FeeRows.all(of: deal.id, in: db)
            guard others.count < FeeRules.feesMax else {
                throw RPCFault(.failedPrecondition, "fees_full", "A deal has at most \(FeeRules.feesMax) fees.")
            }
            let fee = try FeeForm(new, by: caller).checked(among: others)
            try FeeRows.insert(fee, into: deal.id, in: db)
            try FeeRows.settle(deal, in: db)
            try Self.record(EventType.dealFeeAdded, nil, fee, of: deal, by: caller, in: db)
            return try Self.fee(fee.id, of: deal, in: db)
        }
    }

    func update(_ reference: WorkReference, _ patch: DealFeePatch, by caller: Caller) async throws -> DealFee {
        try await store.write { db in
            let (deal, before, others) = try Self.read(reference, by: caller, in: db)
            var form = FeeForm(before)
            form.apply(patch)
            let after = try form.checked(among: others)
            guard after != before else { return before }
            let fee = try FeeRows.update(after, at: caller.now, in: db)
            try FeeRows.settle(deal, in: db)
            try Self.record(EventType.dealFeeUpdated, before, fee, of: deal, by: caller, in: db)
            return try Self.fee(fee.id, of: deal, in: db)
        }
    }

    func remove(_ reference: WorkReference, by caller: Caller) async throws {
        try await store.write { db in
            let (deal, fee, others) = try Self.read(reference, by: caller, in: db)
            guard !others.contains(where: { $0.terms.creditedAgainst == fee.id }) else {
                throw RPCFault(
                    .failedPrecondition, "fee_has_credits",
                    "Other fees are credited against this one; change or remove those first.")
            }
            try FeeRows.remove(fee, by: caller, in: db)
            try FeeRows.settle(deal, in: db)
            try Self.record(EventType.dealFeeRemoved, fee, nil, of: deal, by: caller, in: db)
        }
    }

    func preview(_ reference: DealReference, _ query: FeePreviewQuery, by caller: Caller) async throws -> FeePreview {
        try await store.read { db in
            let deal = try DealRows.seen(reference, by: caller, may: .read, in: db).deal
            let fees = try FeeRows.all(of: deal.id, in: db).filter { $0.status != .waived }
            return FeePreview(fees, at: try FeeEngine.Values(deal).replaced(by: query))
        }
    }

    private static func fee(_ id: UUID?, of deal: Deal, in db: Database) throws -> DealFee {
        guard let fee = try FeeRows.all(of: deal.id, in: db).first(where: { $0.id == id }) else {
            throw RPCFault.notFound("fee")
        }
        return fee
    }

    /// The fee as the caller read it, of a deal that he may edit, and the others of the deal.
    private static func read(
        _ reference: WorkReference, by caller: Caller, in db: Database
    ) throws -> (Deal, DealFee, others: [DealFee]) {
        let deal = try DealRows.seen(reference.deal, by: caller, may: .edit, in: db).deal
        let all = try FeeRows.all(of: deal.id, in: db)
        guard let fee = all.first(where: { $0.id == reference.id }) else { throw RPCFault.notFound("fee") }
        try WorkVersion.require(fee, "fee", by: caller)
        return (deal, fee, all.filter { $0.id != fee.id })
    }

    private static func record(
        _ type: String, _ before: DealFee?, _ after: DealFee?, of deal: Deal, by caller: Caller, in db: Database
    ) throws {
        try Event.record(
            type, about: deal, by: caller, ids: FeeChanges.ids(before, after),
            changes: try FeeChanges.between(before, after), in: db)
    }
}

extension FeeEngine.Values {
    /// - Throws: `validation_failed` for what is no amount.
    fileprivate func replaced(by query: FeePreviewQuery) throws(RPCFault) -> FeeEngine.Values {
        let code = query.currency ?? (proceeds ?? enterpriseValue ?? equityValue)?.currency.code
        var (values, faults): (FeeEngine.Values, [FieldFault]) = (self, [])
        func amount(_ text: String?, _ field: String) -> Money? {
            guard let text else { return nil }
            guard let currency = code.flatMap(Currency.init(code:)) else {
                if faults.isEmpty {
                    faults.append(FieldFault("currency", "required", "must be an ISO 4217 code such as USD"))
                }
                return nil
            }
            let money = Money(amount: text, currency: currency)
            guard let money, money.minorUnits >= 0 else {
                let message = "must be a decimal of at most \(currency.exponent) decimals, and not below zero"
                faults.append(FieldFault(field, "invalid", message))
                return nil
            }
            return money
        }
        values.enterpriseValue = amount(query.enterpriseValue, "enterpriseValue") ?? enterpriseValue
        values.equityValue = amount(query.equityValue, "equityValue") ?? equityValue
        values.proceeds = amount(query.proceeds, "proceeds") ?? proceeds
        guard faults.isEmpty else { throw .invalid(faults) }
        return values
    }
}
