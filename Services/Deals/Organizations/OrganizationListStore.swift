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
        let items = try OrganizationSearch(search, request, by: caller, db: db).found()
        return OrganizationPage(items: items, nextCursor: nil)
    }

    private static func page(
        _ request: OrganizationRequest, by caller: Caller, in db: Database
    ) throws -> OrganizationPage {
        // One row more than asked tells whether there is a next page.
        let page: [(any DatabaseValueConvertible)?] = [request.after.name, request.after.id, request.limit + 1]
        let place = request.filter.arguments + page
        let order = "\(request.filter.sql) AND (o.name_key, o.id) > (?, ?) ORDER BY o.name_key, o.id LIMIT ?"
        let shared = try fetch("\(shared(by: request.filter.index)) \(order)", place, in: db)
        let hidden = try HiddenOrganizations(caller, walk: hiddenByName, in: db)
        let all = try shared + fetch("\(hidden.sql) \(order)", hidden.arguments + place, in: db)
        let items = sorted(all).prefix(request.limit)
        return OrganizationPage(
            items: Array(items), nextCursor: all.count > items.count ? items.last?.cursor.text : nil)
    }

    /// Those that may be the same as a new one, as far as the caller may know of them: by a name of theirs, LEI or ISIN.
    static func similar(
        to organization: Organization, by caller: Caller, in db: Database
    ) throws -> [OrganizationHint] {
        var found: [UUID: Organization] = [:]
        let names = ([organization.name] + organization.aliases).map(FoldedText.of)
        let codes: [(index: String, column: String, value: String?)] =
            names.map { ("name", "name_key", $0) } + [
                ("lei", "lei", organization.lei), ("isin", "isin", organization.isin),
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
        for name in names {
            let others = try AliasSearch(caller, db: db).organizations(from: name, to: nil, limit: similarMax + 1)
            for other in others where other.id != organization.id { found[other.id] = other }
        }
        return sorted(Array(found.values)).prefix(similarMax).map { OrganizationHint(id: $0.id, name: $0.name) }
    }

    static let similarMax = 10

    static let hiddenByName = "organization o INDEXED BY organization_hidden_by_name"

    static func shared(by index: String) -> String {
        """
        FROM organization o INDEXED BY organization_shared_by_\(index) WHERE o.shared = 1 AND o.merged_into IS NULL
        """
    }

    static func fetch(
        _ sql: String, _ arguments: [(any DatabaseValueConvertible)?], in db: Database
    ) throws -> [Organization] {
        let statement = try db.cachedStatement(sql: "SELECT \(OrganizationRows.selected) \(sql)")
        return try Row.fetchAll(statement, arguments: StatementArguments(arguments))
            .map(OrganizationRows.organization)
    }

    /// As the database sorts: names by their bytes, then ids by theirs.
    static func sorted(_ organizations: [Organization]) -> [Organization] {
        organizations.map { (key: Array(FoldedText.of($0.name).utf8), id: $0.id.text, organization: $0) }
            .sorted { a, b in
                a.key == b.key ? a.id < b.id : a.key.lexicographicallyPrecedes(b.key)
            }
            .map(\.organization)
    }
}
