import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// A checked question for people.
struct PersonFindRequest: Sendable {
    static let limits = 1...20
    static let scalars = 1...100

    let words: [String]
    let limit: Int

    init(_ query: PersonFindQuery) throws(RPCFault) {
        var faults: [FieldFault] = []
        limit = query.limit ?? 10
        if !Self.limits.contains(limit) { faults.append(PageLimit.fault(Self.limits)) }
        let text = TextRule("q", Self.scalars).check(query.q, &faults)
        guard let text, faults.isEmpty else {
            throw RPCFault(.invalidArgument, "query_invalid", "The query does not fit; see errors.", errors: faults)
        }
        words = PersonWords.typed(text)
    }
}

/// Finds people of the directory and of those organizations that the caller knows of by his deals. Neither walk meets
/// somebody whom he may not know of.
struct PersonFindStore: Sendable {
    /// So many who fit are sorted, at most, each way.
    private static let rowsMax = 200

    let store: Store

    func find(_ request: PersonFindRequest, by caller: Caller) async throws -> FoundPersons {
        try await store.read { db in try Self.answer(request, by: caller, in: db) }
    }

    static func answer(_ request: PersonFindRequest, by caller: Caller, in db: Database) throws -> FoundPersons {
        guard let first = request.words.first else { return FoundPersons(items: []) }
        let others = request.words.dropFirst()
        let also = others.map { _ in Self.hasWord }.joined()
        let rest: [(any DatabaseValueConvertible)?] = others.flatMap(range) + [rowsMax]
        let shared = try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT \(PersonRows.found) FROM person_word w CROSS JOIN person p ON p.id = w.person_id
                    CROSS JOIN organization o ON o.id = p.organization_id
                    WHERE w.shared = 1 AND w.word >= ? AND w.word < ? AND p.deleted_ms IS NULL\(also) LIMIT ?
                    """), arguments: StatementArguments(range(first) + rest))
        let hidden = try HiddenOrganizations(
            caller,
            walk: """
                person_word w CROSS JOIN person p ON p.id = w.person_id CROSS JOIN organization o ON o.id = p.organization_id
                """, in: db)
        let sql =
            hidden.isByOrganization
            ? """
            SELECT \(PersonRows.found) \(hidden.sql)
            AND w.shared = 0 AND w.word >= ? AND w.word < ? AND p.deleted_ms IS NULL\(also) LIMIT ?
            """
            : """
            SELECT \(PersonRows.found) FROM (SELECT o.id, o.name \(hidden.sql)) o
            CROSS JOIN person p ON p.organization_id = o.id WHERE p.deleted_ms IS NULL\(Self.hasWord)\(also) LIMIT ?
            """
        let known = try Row.fetchAll(
            db.cachedStatement(sql: sql), arguments: StatementArguments(hidden.arguments + range(first) + rest))
        return FoundPersons(items: Array(try sorted(shared + known).prefix(request.limit)))
    }

    private static let hasWord = """
         AND EXISTS (SELECT 1 FROM person_word x WHERE x.person_id = p.id AND x.word >= ? AND x.word < ?)
        """

    /// Nothing that begins with the word sorts after it with the last character there is.
    private static func range(_ word: String) -> [(any DatabaseValueConvertible)?] { [word, word + "\u{10FFFF}"] }

    /// By name, each once: several words of one person may fit.
    private static func sorted(_ rows: [Row]) throws -> [FoundPerson] {
        let all = try rows.map {
            FoundPerson(person: try PersonRows.person($0), organizationName: $0[PersonRows.columns])
        }
        return Dictionary(all.map { ($0.person.id, $0) }) { first, _ in first }.values
            .map { (key: FoldedText.of($0.person.name), found: $0) }
            .sorted { ($0.key, $0.found.person.id.text) < ($1.key, $1.found.person.id.text) }
            .map(\.found)
    }
}
