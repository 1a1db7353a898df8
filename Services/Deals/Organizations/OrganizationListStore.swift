import Contracts
import Foundation
import GRDB
import Storage

/// Lists and searches organizations. Each answer is put together from two walks: one through the directory, which is the
/// same for everybody, and one through what the caller knows of by his deals. Neither meets a row that he may not see.
struct OrganizationListStore: Sendable {
    let store: Store

    func page(_ request: OrganizationRequest, by caller: Caller) async throws -> OrganizationPage {
        try await store.read { db in try Self.answer(request, by: caller, in: db) }
    }

    static func answer(
        _ request: OrganizationRequest, by caller: Caller, in db: Database
    ) throws -> OrganizationPage {
        guard let search = request.search else { return try page(request, by: caller, in: db) }
        let items = try found(search, limit: request.limit, by: caller, in: db)
        return OrganizationPage(items: items, nextCursor: nil)
    }

    private static func page(
        _ request: OrganizationRequest, by caller: Caller, in db: Database
    ) throws -> OrganizationPage {
        // One row more than asked tells whether there is a next page.
        let place: [(any DatabaseValueConvertible)?] = [request.after.name, request.after.id, request.limit + 1]
        let order = "AND (o.name_key, o.id) > (?, ?) ORDER BY o.name_key, o.id LIMIT ?"
        let shared = try fetch("\(sharedByName) \(order)", place, in: db)
        let hidden = try HiddenOrganizations(caller, walk: hiddenByName, in: db)
        let all = try shared + fetch("\(hidden.sql) \(order)", hidden.arguments + place, in: db)
        let items = sorted(all).prefix(request.limit)
        return OrganizationPage(
            items: Array(items), nextCursor: all.count > items.count ? items.last?.cursor.text : nil)
    }

    /// Names that begin with the text first, each part by name.
    private static func found(
        _ search: String, limit: Int, by caller: Caller, in db: Database
    ) throws -> [Organization] {
        let beginning = try beginning(with: search, limit: limit, by: caller, in: db)
        guard beginning.count < limit, search.unicodeScalars.count >= OrganizationRequest.partScalarsMin else {
            return Array(beginning.prefix(limit))
        }
        // Those that begin with it may be among them.
        let parts = try containing(search, limit: limit, by: caller, in: db)
        let known = Set(beginning.map(\.id))
        return Array((beginning + parts.filter { !known.contains($0.id) }).prefix(limit))
    }

    private static func beginning(
        with search: String, limit: Int, by caller: Caller, in db: Database
    ) throws -> [Organization] {
        // Nothing that begins with the text sorts after it with the last character there is.
        let place: [(any DatabaseValueConvertible)?] = [search, search + "\u{10FFFF}", limit]
        let order = "AND o.name_key >= ? AND o.name_key < ? ORDER BY o.name_key, o.id LIMIT ?"
        let hidden = try HiddenOrganizations(caller, walk: hiddenByName, in: db)
        return sorted(
            try fetch("\(sharedByName) \(order)", place, in: db)
                + fetch("\(hidden.sql) \(order)", hidden.arguments + place, in: db))
    }

    private static func containing(
        _ search: String, limit: Int, by caller: Caller, in db: Database
    ) throws -> [Organization] {
        // A phrase of an index of trigrams is the text itself; room for those that begin with it.
        let phrase = "\"\(search.replacing("\"", with: "\"\""))\""
        let shared = try fetch(
            """
            FROM organization_shared_text CROSS JOIN organization o ON o.seq = organization_shared_text.rowid
            WHERE organization_shared_text MATCH ? LIMIT ?
            """, [phrase, 2 * limit], in: db)
        let hidden = try HiddenOrganizations(caller, walk: hiddenByText, in: db)
        let condition =
            hidden.isByOrganization
            ? "AND organization_hidden_text MATCH ? LIMIT ?"
            : "AND instr(o.search_key, ?) > 0 ORDER BY o.name_key, o.id LIMIT ?"
        let place: [(any DatabaseValueConvertible)?] = [hidden.isByOrganization ? phrase : search, 2 * limit]
        return sorted(try shared + fetch("\(hidden.sql) \(condition)", hidden.arguments + place, in: db))
    }

    /// Those that may be the same as a new one, as far as the caller may know of them: by name, LEI or ISIN.
    static func similar(
        to organization: Organization, by caller: Caller, in db: Database
    ) throws -> [OrganizationHint] {
        var found: [UUID: Organization] = [:]
        let codes: [(index: String, column: String, value: String?)] = [
            ("name", "name_key", FoldedText.of(organization.name)), ("lei", "lei", organization.lei),
            ("isin", "isin", organization.isin),
        ]
        for case (let index, let column, let value?) in codes {
            let place: [(any DatabaseValueConvertible)?] = [value, similarMax + 1]
            let hidden = try HiddenOrganizations(
                caller, walk: "organization o INDEXED BY organization_hidden_by_\(index)", in: db)
            let all =
                try fetch("\(shared(by: index)) AND o.\(column) = ? LIMIT ?", place, in: db)
                + fetch("\(hidden.sql) AND o.\(column) = ? LIMIT ?", hidden.arguments + place, in: db)
            for other in all where other.id != organization.id { found[other.id] = other }
        }
        return sorted(Array(found.values)).prefix(similarMax).map { OrganizationHint(id: $0.id, name: $0.name) }
    }

    static let similarMax = 10

    private static let sharedByName = shared(by: "name")
    private static let hiddenByName = "organization o INDEXED BY organization_hidden_by_name"
    private static let hiddenByText =
        "organization_hidden_text CROSS JOIN organization o ON o.seq = organization_hidden_text.rowid"

    private static func shared(by index: String) -> String {
        """
        FROM organization o INDEXED BY organization_shared_by_\(index) WHERE o.shared = 1 AND o.merged_into IS NULL
        """
    }

    private static func fetch(
        _ sql: String, _ arguments: [(any DatabaseValueConvertible)?], in db: Database
    ) throws -> [Organization] {
        let statement = try db.cachedStatement(sql: "SELECT \(OrganizationRows.selected) \(sql)")
        return try Row.fetchAll(statement, arguments: StatementArguments(arguments))
            .map(OrganizationRows.organization)
    }

    /// As the database sorts: names by their bytes, then ids by theirs.
    private static func sorted(_ organizations: [Organization]) -> [Organization] {
        organizations.map { (key: Array(FoldedText.of($0.name).utf8), id: $0.id.text, organization: $0) }
            .sorted { a, b in
                a.key == b.key ? a.id < b.id : a.key.lexicographicallyPrecedes(b.key)
            }
            .map(\.organization)
    }
}
