import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// The deals of an organization that a caller may see: others are on no page, in no number and behind no cursor.
struct OrganizationDealStore: Sendable {
    let store: Store

    private static let afterAll = UUID(
        uuid: (255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255))

    func page(
        of organization: UUID?, limit: Int, after: UUID?, by caller: Caller
    ) async throws -> OrganizationDealPage {
        try await store.read { db in
            let id = try OrganizationSight.seen(organization, by: caller, in: db).organization.id
            return try Self.answer(id, limit: limit, after: after, by: caller, in: db)
        }
    }

    static func answer(
        _ organization: UUID, limit: Int, after: UUID?, by caller: Caller, in db: Database
    ) throws -> OrganizationDealPage {
        let deals = try DealScope(caller, in: db)
        // One row more than asked tells whether there is a next page.
        let place: [(any DatabaseValueConvertible)?] = [organization, after ?? afterAll, limit + 1]
        let rows = try Row.fetchAll(
            db.cachedStatement(sql: sql(deals, by: caller)), arguments: StatementArguments(deals.arguments + place))
        let items = try rows.prefix(limit).map { try item($0, of: organization, in: db) }
        return OrganizationDealPage(
            items: items, nextCursor: rows.count > items.count ? items.last?.dealId.text : nil)
    }

    /// Compliance, which sees most deals of the firm, walks those of the organization; others walk their own.
    private static func sql(_ deals: DealScope, by caller: Caller) -> String {
        let isParty =
            caller.role == .compliance
            ? "d.id IN (SELECT p.deal_id FROM deal_party p WHERE p.organization_id = ? AND p.removed_ms IS NULL)"
            : """
            EXISTS (
                SELECT 1 FROM deal_party p
                WHERE p.deal_id = d.id AND p.organization_id = ? AND p.removed_ms IS NULL)
            """
        return """
            SELECT d.id, d.number, d.code_name, d.type, d.stage, d.status \(deals.sql)
                AND \(isParty) AND d.id < ? ORDER BY d.id DESC LIMIT ?
            """
    }

    private static func item(_ row: Row, of organization: UUID, in db: Database) throws -> OrganizationDeal {
        let deal: UUID = row[0]
        let statement = try db.cachedStatement(
            sql: """
                SELECT role FROM deal_party WHERE deal_id = ? AND organization_id = ? AND removed_ms IS NULL
                ORDER BY position
                """)
        var roles: [PartyRole] = []
        for row in try Row.fetchAll(statement, arguments: [deal, organization]) {
            let role: PartyRole = try row.choice(0)
            if !roles.contains(role) { roles.append(role) }
        }
        return OrganizationDeal(
            dealId: deal, dealNumber: row[1], dealCodeName: row[2], type: try row.choice(3), stage: row[4],
            status: try row.choice(5), roles: roles)
    }
}
