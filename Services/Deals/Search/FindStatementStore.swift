import Contracts
import GRDB

/// Scope, text and order in one statement.
///
/// Who sees few deals, or an index leads to few, gets the best of all that fit. Otherwise the best of a bounded number is
/// answered: of the deals whose code name or number begins with the text, of those that an index leads to and that were
/// numbered last, and of those that changed last, at most `WideFind.each`. What was found so is never ranked otherwise
/// than it would be among all. A deal that the caller may not see takes the place of none.
struct FindStatement {
    let sql: String
    let arguments: DealListStatement.Arguments

    init(
        _ search: WordSearch, limit: Int, by caller: Caller, bounds: WideBounds = .standard, in db: Database
    ) throws {
        let scope = try Self.scope(search, by: caller, bounds, in: db)
        let found = ConditionSQL(.field(.q, .contains(search.text)), caller: caller)
        let part = ConditionSQL.escaped(search.text)
        let ranks: [(sql: String, argument: String)] = [
            ("d.code_key = ?", search.text), (#"d.code_key LIKE ? ESCAPE '\'"#, part + "%"),
            (#"d.number LIKE ? ESCAPE '\'"#, part + "%"),
            (#"d.search_key LIKE ? ESCAPE '\'"#, ConditionSQL.beforeClient + part + "%"),
            (#"d.code_key LIKE ? ESCAPE '\'"#, "%" + part + "%"), (#"d.number LIKE ? ESCAPE '\'"#, "%" + part + "%"),
            (#"d.search_key LIKE ? ESCAPE '\'"#, ConditionSQL.beforeClient + "%" + part + "%"),
        ]
        let cases = ranks.enumerated().map { "WHEN \($1.sql) THEN \($0)" }.joined(separator: " ")
        sql = """
            SELECT d.id, CASE WHEN d.number = ? THEN 0 \(cases) ELSE \(ranks.count) END AS rank
            \(scope.sql) AND \(found.text) ORDER BY rank, \(scope.updated) DESC, \(scope.id) DESC LIMIT ?
            """
        var values: DealListStatement.Arguments = [search.text.uppercased()]
        values += ranks.map(\.argument) as DealListStatement.Arguments
        arguments = values + scope.arguments + found.arguments + [limit]
    }

    private static func scope(
        _ search: WordSearch, by caller: Caller, _ bounds: WideBounds, in db: Database
    ) throws -> DealScope {
        guard try DealScope.breadth(of: caller, ownMax: bounds.ownMax, in: db) != nil else {
            return try DealScope(caller, in: db)
        }
        let few = try IndexHits(db: db, max: bounds.hitsMax ?? WideFind.fewMax).few(search)
        let find = WideFind(db: db, caller: caller, max: bounds.candidatesMax)
        return DealScope(caller, among: try few ?? find.candidates(search))
    }
}

/// Deals that are worth ranking where too many fit.
struct WideFind {
    /// All that fit are ranked when an index leads to no more than these.
    static let fewMax = 1000
    /// Otherwise so many of each kind.
    static let each = 250

    let db: Database
    let caller: Caller
    let max: Int

    func candidates(_ search: WordSearch) throws -> Set<Int64> {
        var numbers = try latest().union(IndexHits.due(in: db))
        for statement in try statements(search) { numbers.formUnion(try fetch(statement.sql, statement.arguments)) }
        return numbers
    }

    /// Each of the deals that the caller sees alone, in the order of an index.
    func statements(_ search: WordSearch) throws -> [(sql: String, arguments: DealListStatement.Arguments)] {
        let names = DealScope(caller, walking: "deal d INDEXED BY deal_code_name")
        let numbers = DealScope(caller, walking: "deal d INDEXED BY sqlite_autoindex_deal_2")
        let texts = DealScope(caller, walking: "deal_text CROSS JOIN deal d ON d.number_order = deal_text.rowid")
        var statements = [
            (
                "SELECT d.number_order \(names.sql) AND d.code_key >= ? AND d.code_key < ? ORDER BY d.code_key LIMIT ?",
                names.arguments + WordIndex.bounds(search.text)
            ),
            (
                "SELECT d.number_order \(numbers.sql) AND d.number >= ? AND d.number < ? ORDER BY d.number LIMIT ?",
                numbers.arguments + WordIndex.bounds(search.text.uppercased())
            ),
        ]
        for words in [[search.text], search.words.map { " \($0)" }] {
            guard let match = try TextParts(db: db).matches(words).first else { continue }
            let sql = "SELECT d.number_order \(texts.sql) AND deal_text MATCH ? ORDER BY deal_text.rowid DESC LIMIT ?"
            statements.append((sql, texts.arguments + [match]))
        }
        return statements
    }

    private func latest() throws -> Set<Int64> {
        let scope = try DealScope(caller, in: db)
        let sql = "SELECT d.number_order \(scope.sql) ORDER BY \(scope.updated) DESC, \(scope.id) DESC LIMIT ?"
        return try fetch(sql, scope.arguments)
    }

    private func fetch(_ sql: String, _ arguments: DealListStatement.Arguments) throws -> Set<Int64> {
        try Int64.fetchSet(db.cachedStatement(sql: sql), arguments: StatementArguments(arguments + [max]))
    }
}
