import Contracts
import Foundation
import GRDB
import RPC

/// What a caller may do with one organization: the only place that decides it.
struct OrganizationSight: Sendable {
    let organization: Organization
    /// The most that he may do on one of its deals; whoever works on deals keeps the directory.
    let access: Access
    /// Whether he may make it known to the firm: whoever manages one of its deals, or compliance where it sees one.
    let mayPublish: Bool

    /// - Throws: the same `notFound` for what is not there, is merged into another, or belongs to deals that the caller may
    ///   not see.
    static func seen(_ id: UUID?, by caller: Caller, in db: Database) throws -> OrganizationSight {
        guard let sight = try find(id, by: caller, in: db) else { throw RPCFault.notFound("organization") }
        return sight
    }

    static func find(_ id: UUID?, by caller: Caller, in db: Database) throws -> OrganizationSight? {
        guard let id, let organization = try OrganizationRows.organization(id, in: db) else { return nil }
        guard organization.scope == .deals else {
            return OrganizationSight(organization: organization, access: .edit, mayPublish: false)
        }
        // Removed parties count: who was there when it was one knows of it.
        let statement = try db.cachedStatement(
            sql: "SELECT DISTINCT deal_id FROM deal_party WHERE organization_id = ? ORDER BY deal_id")
        let deals = try UUID.fetchCursor(statement, arguments: [id])
        var access = Access.none
        var mayPublish = false
        while let deal = try deals.next(), access < .manage {
            guard try DealRows.visible([deal], to: caller, in: db).ids.contains(deal) else { continue }
            let seen = try DealRows.seen(.id(deal), by: caller, may: .read, in: db)
            access = max(access, seen.access)
            mayPublish = mayPublish || seen.access == .manage || seen.isControlRoom(caller)
        }
        guard access > .none else { return nil }
        return OrganizationSight(organization: organization, access: access, mayPublish: mayPublish)
    }

    /// - Throws: `access_too_low` when the caller knows of it, but works on none of its deals.
    func requireEdit() throws(RPCFault) {
        guard access >= .edit else { throw Self.tooLow }
    }

    func requirePublish() throws(RPCFault) {
        guard mayPublish else { throw Self.tooLow }
    }

    private static let tooLow = RPCFault(
        .permissionDenied, "access_too_low", "Your access to the deals of this organization does not allow this.")
}

/// The organizations that a caller knows of through deals, as SQL: what `OrganizationSight` says of one, said of all.
struct HiddenOrganizations {
    /// `FROM … WHERE …` with the organizations as `o`, each once; conditions may follow with AND.
    let sql: String
    let arguments: [(any DatabaseValueConvertible)?]
    /// Whether all hidden organizations are walked, and each asked for its deals, instead of the caller's own deals.
    let isByOrganization: Bool

    /// - Parameter walk: where compliance, which sees most deals of the firm, finds the organizations as `o`: along an
    ///   index that the conditions use. Others walk their own deals: that costs by the number of those alone.
    init(_ caller: Caller, walk: String = "organization o", in db: Database) throws {
        let deals = try DealScope(caller, in: db)
        arguments = deals.arguments
        isByOrganization = caller.role == .compliance
        // CROSS JOIN keeps the tables in this order, whatever the planner guesses of their sizes.
        sql =
            isByOrganization
            ? """
            FROM \(walk) WHERE o.shared = 0 AND EXISTS (
                SELECT 1 \(deals.sql) AND d.id IN (SELECT p.deal_id FROM deal_party p WHERE p.organization_id = o.id))
            """
            : """
            FROM (
                SELECT DISTINCT p.organization_id AS id FROM (SELECT d.id AS deal_id \(deals.sql)) s
                CROSS JOIN deal_party p ON p.deal_id = s.deal_id
            ) h CROSS JOIN organization o ON o.id = h.id WHERE o.shared = 0
            """
    }
}
