import Contracts
import Foundation
import GRDB

/// Which deals a caller may see, as SQL: what `Access` says about one deal, said about all.
struct DealScope {
    /// `FROM … WHERE …` with the deals as `d`; conditions may follow with AND.
    let sql: String
    let arguments: [(any DatabaseValueConvertible)?]
    /// The deal's id and last change, as columns of the table that is walked: in their order its index is used.
    let id: String
    let updated: String

    /// Members walk their own rows of the team table, compliance walks the deals; each in the order of its index. Who is
    /// let in somewhere at this moment has two lists in one, which are sorted: that costs by the number of his own deals.
    init(_ caller: Caller, in db: Database) throws {
        let isLetIn = try caller.role != .compliance && Self.isLetInSomewhere(caller, in: db)
        switch caller.role {
        case .compliance:
            sql = """
                FROM deal d WHERE d.deleted_ms IS NULL AND (d.confidentiality <> 'secret' OR EXISTS (
                    SELECT 1 FROM team_member m
                    WHERE m.deal_id = d.id AND m.user_id = ? AND m.removed_ms IS NULL) OR EXISTS (
                    SELECT 1 FROM timed_access t
                    WHERE t.deal_id = d.id AND t.user_id = ? AND t.closes_ms > ?))
                """
            (id, updated) = ("d.id", "d.updated_ms")
            arguments = [caller.id, caller.id, caller.now.milliseconds]
        case .banker where isLetIn, .observer where isLetIn:
            sql = """
                FROM (
                    SELECT deal_id FROM team_member WHERE user_id = ? AND removed_ms IS NULL
                    UNION SELECT deal_id FROM timed_access WHERE user_id = ? AND closes_ms > ?
                ) m CROSS JOIN deal d ON d.id = m.deal_id
                WHERE d.deleted_ms IS NULL
                """
            (id, updated) = ("d.id", "d.updated_ms")
            arguments = [caller.id, caller.id, caller.now.milliseconds]
        case .banker, .observer:
            // CROSS JOIN keeps the team table outside, whatever the planner guesses of the tables' sizes.
            sql = """
                FROM team_member m CROSS JOIN deal d ON d.id = m.deal_id
                WHERE m.user_id = ? AND m.removed_ms IS NULL AND d.deleted_ms IS NULL
                """
            (id, updated) = ("m.deal_id", "m.deal_updated_ms")
            arguments = [caller.id]
        case .admin, .management:
            sql = "FROM deal d WHERE FALSE"
            (id, updated) = ("d.id", "d.updated_ms")
            arguments = []
        }
    }

    /// Deleted deals that the caller could restore: what `DealRows.deleted` says of one. They are few, and walked all.
    init(deletedFor caller: Caller) {
        let membership = "FROM team_member m WHERE m.deal_id = d.id AND m.user_id = ? AND m.removed_ms IS NULL"
        (id, updated) = ("d.id", "d.updated_ms")
        switch caller.role {
        case .compliance:
            sql = """
                FROM deal d WHERE d.deleted_ms IS NOT NULL
                AND (d.confidentiality <> 'secret' OR EXISTS (SELECT 1 \(membership)))
                """
            arguments = [caller.id]
        case .banker:
            sql = """
                FROM deal d WHERE d.deleted_ms IS NOT NULL
                AND EXISTS (SELECT 1 \(membership) AND m.access = 'manage')
                """
            arguments = [caller.id]
        case .admin, .management, .observer:
            sql = "FROM deal d WHERE FALSE"
            arguments = []
        }
    }

    private static func isLetInSomewhere(_ caller: Caller, in db: Database) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM timed_access WHERE user_id = ? AND closes_ms > ?)")
        return try Bool.fetchOne(statement, arguments: [caller.id, caller.now.milliseconds]) ?? false
    }
}
