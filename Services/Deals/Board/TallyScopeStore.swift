import Contracts
import GRDB

/// What a caller may see, as the table `deal_tally` counts it: asked by a filter that looks at nothing else, it answers
/// what counting his deals one by one would.
struct TallyScope {
    /// What the table tells deals apart by.
    private static let fields: Set<DealFilterField> = [
        .type, .product, .stage, .stageCategory, .status, .currency, .probability,
    ]

    /// `FROM … WHERE TRUE` with the tallies as `d`; conditions may follow with AND.
    let sql: String
    /// The same of the tallies of ended deals, which take the same arguments.
    let closedSQL: String
    let arguments: DealListStatement.Arguments

    /// Nil when the filter looks at more.
    ///
    /// Members have a tally of their own, compliance that of all that is not secret; the few deals that either sees beside
    /// are counted one by one.
    init?(_ filter: DealCondition?, by caller: Caller) {
        guard filter?.fields.isSubset(of: Self.fields) ?? true else { return nil }
        let letIn = "SELECT t.deal_id FROM timed_access t WHERE t.user_id = ? AND t.closes_ms > ?"
        let own = "SELECT m.deal_id FROM team_member m WHERE m.user_id = ? AND m.removed_ms IS NULL"
        switch caller.role {
        case .compliance:
            (sql, closedSQL) = Self.sql(of: "x''", beside: "\(own) UNION \(letIn)", "d.confidentiality = 'secret'")
            arguments = [caller.id, caller.id, caller.now.milliseconds]
        case .banker, .observer:
            (sql, closedSQL) = Self.sql(
                of: "?", beside: "\(letIn) GROUP BY 1", "NOT EXISTS (\(own) AND m.deal_id = d.id)")
            arguments = [caller.id, caller.id, caller.now.milliseconds, caller.id]
        case .admin, .management:
            (sql, closedSQL) = ("FROM deal_tally d WHERE FALSE", "FROM closing_tally d WHERE FALSE")
            arguments = []
        }
    }

    private static func sql(of scope: String, beside deals: String, _ condition: String) -> (String, String) {
        let value = "d.value_minor / \(StageTally.part), d.value_minor % \(StageTally.part)"
        let all = """
            FROM (
                SELECT t.type, t.stage, t.status, nullif(t.currency, '') AS value_currency, t.probability, t.deals, t.whole,
                    t.rest
                FROM deal_tally t WHERE t.scope = \(scope)
                UNION ALL
                SELECT d.type, d.stage, d.status, d.value_currency, d.probability, 1,
                    coalesce(d.value_minor / \(StageTally.part), 0), coalesce(d.value_minor % \(StageTally.part), 0)
                FROM (\(deals)) x CROSS JOIN deal d ON d.id = x.deal_id WHERE d.deleted_ms IS NULL AND \(condition)
            ) d WHERE TRUE
            """
        let closed = """
            FROM (
                SELECT t.type, t.stage, t.status, t.currency AS value_currency, t.closing_id, t.whole, t.rest
                FROM closing_tally t WHERE t.scope = \(scope)
                UNION ALL
                SELECT d.type, d.stage, d.status, d.value_currency, d.closing_id, \(value)
                FROM (\(deals)) x CROSS JOIN deal d ON d.id = x.deal_id
                WHERE d.deleted_ms IS NULL AND d.closing_id IS NOT NULL AND d.value_minor IS NOT NULL AND \(condition)
            ) d WHERE TRUE
            """
        return (all, closed)
    }
}
