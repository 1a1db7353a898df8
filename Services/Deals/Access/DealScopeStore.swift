import Contracts
import Foundation
import GRDB

/// Which deals a caller may see, as SQL: what `Access` says about one deal, said about all.
struct DealScope {
    typealias Arguments = [(any DatabaseValueConvertible)?]

    /// Who is on more deals than this sees many: up to here all that somebody asks walks his own deals, and neither what he
    /// gets nor how long it takes depends on any other.
    static let ownMax = 5000
    /// So many deals that an index has found are read at first: three pages of the usual size.
    private static let firstStep = 150
    private static let listed = "json_each(?) j CROSS JOIN deal d ON d.number_order = j.value"

    /// `FROM … WHERE …` with the deals as `d`; conditions may follow with AND.
    let sql: String
    let arguments: Arguments
    /// The same in steps: each leads to deals that all come before those of the next, in the order that was asked for.
    let steps: [Arguments]
    /// The deal's id and last change, as columns of the table that is walked: in their order its index is used.
    let id: String
    let updated: String

    private init(
        _ sql: String, _ arguments: Arguments, steps: [Arguments]? = nil, id: String = "d.id",
        updated: String = "d.updated_ms"
    ) {
        (self.sql, self.arguments, self.id, self.updated) = (sql, arguments, id, updated)
        self.steps = steps ?? [arguments]
    }

    /// Members walk their own rows of the team table, compliance walks the deals; each in the order of its index. Who is
    /// let in somewhere at this moment has two lists in one, which are sorted: that costs by the number of his own deals,
    /// and who has many walks all.
    init(_ caller: Caller, in db: Database) throws {
        switch caller.role {
        case .compliance:
            self.init(walkingAllFor: caller)
        case .banker, .observer:
            if try !Self.isLetInSomewhere(caller, in: db) {
                // CROSS JOIN keeps the team table outside, whatever the planner guesses of the tables' sizes.
                let own = """
                    FROM team_member m CROSS JOIN deal d ON d.id = m.deal_id
                    WHERE m.user_id = ? AND m.removed_ms IS NULL AND d.deleted_ms IS NULL
                    """
                self.init(own, [caller.id], id: "m.deal_id", updated: "m.deal_updated_ms")
            } else if try Self.breadth(of: caller, in: db) != nil {
                self.init(walkingAllFor: caller)
            } else {
                let both = """
                    FROM (
                        SELECT deal_id FROM team_member WHERE user_id = ? AND removed_ms IS NULL
                        UNION SELECT deal_id FROM timed_access WHERE user_id = ? AND closes_ms > ?
                    ) m CROSS JOIN deal d ON d.id = m.deal_id
                    WHERE d.deleted_ms IS NULL
                    """
                self.init(both, [caller.id, caller.id, caller.now.milliseconds])
            }
        case .admin, .management:
            self.init("FROM deal d WHERE FALSE", [])
        }
    }

    /// The same, of deals that an index has found, by their numbers (`number_order`): each is tested by its keys.
    init(_ caller: Caller, among numbers: Set<Int64>) {
        self.init(caller, walking: Self.listed, [Self.list(numbers.sorted())])
    }

    /// The same, a few of them at a time, in their order.
    /// - Parameter ordered: those of the numbers that are asked for.
    init(_ caller: Caller, among numbers: Set<Int64>, inOrder ordered: [Int64]) {
        let whole = Self(caller, among: numbers)
        var (steps, begin, size) = ([Arguments](), 0, Self.firstStep)
        while begin < ordered.count {
            let end = min(ordered.count, begin + size)
            steps.append([Self.list(ordered[begin..<end])] + whole.arguments.dropFirst())
            (begin, size) = (end, size * 4)
        }
        self.init(whole.sql, whole.arguments, steps: steps)
    }

    /// As `json_each` takes it.
    static func list(_ numbers: some Sequence<Int64>) -> String {
        "[\(numbers.map(String.init).joined(separator: ","))]"
    }

    /// The same for who sees many: all deals are walked, in the order of any index, and each is tested by its key.
    init(walkingAllFor caller: Caller) { self.init(caller, walking: "deal d", []) }

    /// The same, of deals that come from somewhere: each is tested by its key.
    /// - Parameter deals: what stands behind FROM, with the deals as `d`.
    init(_ caller: Caller, walking deals: String, _ arguments: Arguments = []) {
        let isOpen = caller.role == .compliance ? "d.confidentiality <> 'secret' OR " : ""
        switch caller.role {
        case .compliance, .banker, .observer:
            let tested = """
                FROM \(deals) WHERE d.deleted_ms IS NULL AND (\(isOpen)EXISTS (
                    SELECT 1 FROM team_member m
                    WHERE m.deal_id = d.id AND m.user_id = ? AND m.removed_ms IS NULL) OR EXISTS (
                    SELECT 1 FROM timed_access t
                    WHERE t.deal_id = d.id AND t.user_id = ? AND t.closes_ms > ?))
                """
            self.init(tested, arguments + [caller.id, caller.id, caller.now.milliseconds])
        case .admin, .management:
            self.init("FROM deal d WHERE FALSE", [])
        }
    }

    /// Deleted deals that the caller could restore: what `DealRows.deleted` says of one. They are few, and walked all.
    init(deletedFor caller: Caller) {
        let membership = "FROM team_member m WHERE m.deal_id = d.id AND m.user_id = ? AND m.removed_ms IS NULL"
        switch caller.role {
        case .compliance:
            let sql = """
                FROM deal d WHERE d.deleted_ms IS NOT NULL
                AND (d.confidentiality <> 'secret' OR EXISTS (SELECT 1 \(membership)))
                """
            self.init(sql, [caller.id])
        case .banker:
            let sql = """
                FROM deal d WHERE d.deleted_ms IS NOT NULL
                AND EXISTS (SELECT 1 \(membership) AND m.access = 'manage')
                """
            self.init(sql, [caller.id])
        case .admin, .management, .observer:
            self.init("FROM deal d WHERE FALSE", [])
        }
    }

    /// How many deals the caller sees, if they are many: then an index over all of them may find what he asks for sooner
    /// than a walk. Nil for few. Compliance's own walk is over all deals in any case.
    static func breadth(of caller: Caller, ownMax: Int = ownMax, in db: Database) throws -> Int? {
        switch caller.role {
        case .compliance: return try tallied(Data(), in: db)
        case .banker, .observer:
            let own = try tallied(withUnsafeBytes(of: caller.id.uuid) { Data($0) }, in: db)
            return own > ownMax ? own : nil
        case .admin, .management: return nil
        }
    }

    private static func tallied(_ scope: Data, in db: Database) throws -> Int {
        let statement = try db.cachedStatement(sql: "SELECT coalesce(SUM(deals), 0) FROM deal_tally WHERE scope = ?")
        return try Int.fetchOne(statement, arguments: [scope]) ?? 0
    }

    private static func isLetInSomewhere(_ caller: Caller, in db: Database) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM timed_access WHERE user_id = ? AND closes_ms > ?)")
        return try Bool.fetchOne(statement, arguments: [caller.id, caller.now.milliseconds]) ?? false
    }
}
