import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Who of the team gets which share of what a deal earns. Who reads the deal reads the shares, who manages it sets them, all at
/// once.
struct CreditStore: Sendable {
    let store: Store

    func credits(_ reference: DealReference, by caller: Caller) async throws -> DealCredits {
        try await store.read { db in
            let deal = try DealRows.seen(reference, by: caller, may: .read, in: db).deal
            let (shares, version) = try Self.shares(of: deal.id, in: db)
            return try Self.answer(shares, version: version, of: deal, in: db)
        }
    }

    func set(_ edit: DealCreditsEdit, of reference: DealReference, by caller: Caller) async throws -> DealCredits {
        try await store.write { db in
            let deal = try DealRows.seen(reference, by: caller, may: .manage, in: db).deal
            let (before, version) = try Self.shares(of: deal.id, in: db)
            let standing = try Self.answer(before, version: version, of: deal, in: db)
            try WorkVersion.require(VersionedCredits(deal: deal.id, credits: standing), "credits", by: caller)
            let team = try TeamStore.members(of: deal.id, limit: TeamStore.membersMax, in: db)
            let form = try CreditForm(
                edit, team: Set(team.map(\.userId)), holders: Set(before.map(\.userId)))
            guard form.shares != before else { return standing }
            try Self.write(form.shares, version: version + 1, of: deal.id, by: caller, in: db)
            try Event.record(
                EventType.dealCreditsSet, about: deal, by: caller,
                changes: [FieldChange("credits", before: Self.text(before), after: Self.text(form.shares))], in: db)
            return try Self.answer(form.shares, version: version + 1, of: deal, in: db)
        }
    }

    /// In their order, with the version that holds; 0 where nobody has set any.
    private static func shares(of deal: UUID, in db: Database) throws -> ([NewDealCredit], version: Int64) {
        let holding = try db.cachedStatement(sql: "SELECT version FROM deal_credit_set WHERE deal_id = ?")
        guard let version = try Int64.fetchOne(holding, arguments: [deal]) else { return ([], 0) }
        let statement = try db.cachedStatement(
            sql: "SELECT user_id, share FROM deal_credit WHERE deal_id = ? AND version = ? ORDER BY position")
        let shares = try Row.fetchAll(statement, arguments: [deal, version]).map { row in
            guard let share = Percent(units: row[1]) else { throw StoredValueFault(column: "share") }
            return NewDealCredit(userId: row[0], share: share)
        }
        return (shares, version)
    }

    /// The shares first: the set takes a version only when it is whole.
    private static func write(
        _ shares: [NewDealCredit], version: Int64, of deal: UUID, by caller: Caller, in db: Database
    ) throws {
        let insert = try db.cachedStatement(
            sql: "INSERT INTO deal_credit (deal_id, version, position, user_id, share) VALUES (?, ?, ?, ?, ?)")
        for (index, credit) in shares.enumerated() {
            try insert.execute(arguments: [deal, version, index + 1, credit.userId, credit.share.units])
        }
        let sql =
            version == 1
            ? "INSERT INTO deal_credit_set (version, set_by, set_ms, deal_id) VALUES (?, ?, ?, ?)"
            : "UPDATE deal_credit_set SET version = ?, set_by = ?, set_ms = ? WHERE deal_id = ?"
        try db.cachedStatement(sql: sql).execute(arguments: [version, caller.id, caller.now.milliseconds, deal])
    }

    private static func answer(
        _ shares: [NewDealCredit], version: Int64, of deal: Deal, in db: Database
    ) throws -> DealCredits {
        let fees = try FeeRows.all(of: deal.id, in: db).filter { $0.status != .waived }
        // The last row of somebody who was on the team more than once.
        let named = try db.cachedStatement(
            sql: """
                SELECT name FROM team_member WHERE deal_id = ? AND user_id = ? ORDER BY added_ms DESC, rowid DESC LIMIT 1
                """)
        var names: [UUID: String] = [:]
        for credit in shares { names[credit.userId] = try String.fetchOne(named, arguments: [deal.id, credit.userId]) }
        return DealCredits(
            shares, version: version, of: FeeTotal.of(fees.map { ($0.due, $0.ours) }),
            unknownFees: fees.count { $0.due == nil }, names: names)
    }

    /// As an event tells it: ids, for what somebody is called is told elsewhere.
    private static func text(_ shares: [NewDealCredit]) -> String? {
        shares.isEmpty ? nil : shares.map { "\($0.userId.text) \($0.share.text)" }.joined(separator: ", ")
    }
}

/// What somebody has to have read who sets the shares.
private struct VersionedCredits: RPCResource, Encodable {
    let deal: UUID
    let credits: DealCredits

    var resourceID: String { deal.text }
    var version: Int64 { credits.version }

    func encode(to encoder: any Encoder) throws { try credits.encode(to: encoder) }
}
