import Contracts
import Foundation
import GRDB

/// Finds the organizations that fit what somebody has typed, in the directory and among those that he knows of by his
/// deals.
struct OrganizationSearch {
    private static let hiddenByText =
        "organization_hidden_text CROSS JOIN organization o ON o.seq = organization_hidden_text.rowid"

    private let search: String
    private let limit: Int
    private let filter: OrganizationFilter
    private let caller: Caller
    private let db: Database

    /// - Parameter search: folded.
    init(_ search: String, _ request: OrganizationRequest, by caller: Caller, db: Database) {
        (self.search, limit, filter) = (search, request.limit, request.filter)
        (self.caller, self.db) = (caller, db)
    }

    /// Names that begin with the text first, then other names that do, then parts; each by name.
    func found() throws -> [Organization] {
        var found = try beginning()
        func add(_ more: [Organization]) {
            let known = Set(found.map(\.id))
            found += more.filter { !known.contains($0.id) }
        }
        if found.count < limit {
            add(try AliasSearch(caller, filter, db: db).organizations(from: search, to: last, limit: limit))
        }
        if found.count < limit, search.unicodeScalars.count >= OrganizationRequest.partScalarsMin {
            // Those that begin with it may be among them.
            add(try containing())
        }
        return Array(found.prefix(limit))
    }

    /// Nothing that begins with the text sorts after it with the last character there is.
    private var last: String { search + "\u{10FFFF}" }

    private func beginning() throws -> [Organization] {
        let place = filter.arguments + ([search, last, limit] as [(any DatabaseValueConvertible)?])
        let order = "\(filter.sql) AND o.name_key >= ? AND o.name_key < ? ORDER BY o.name_key, o.id LIMIT ?"
        let hidden = try HiddenOrganizations(caller, walk: OrganizationListStore.hiddenByName, in: db)
        return OrganizationListStore.sorted(
            try OrganizationListStore.fetch("\(OrganizationListStore.shared(by: filter.index)) \(order)", place, in: db)
                + OrganizationListStore.fetch("\(hidden.sql) \(order)", hidden.arguments + place, in: db))
    }

    private func containing() throws -> [Organization] {
        // A phrase of an index of trigrams is the text itself; room for those that begin with it.
        let phrase = "\"\(search.replacing("\"", with: "\"\""))\""
        let filtered: [(any DatabaseValueConvertible)?] = filter.arguments
        let shared = try OrganizationListStore.fetch(
            """
            FROM organization_shared_text CROSS JOIN organization o ON o.seq = organization_shared_text.rowid
            WHERE organization_shared_text MATCH ?\(filter.sql) LIMIT ?
            """, [phrase] + filtered + [3 * limit], in: db)
        let hidden = try HiddenOrganizations(caller, walk: Self.hiddenByText, in: db)
        let condition =
            hidden.isByOrganization
            ? "AND organization_hidden_text MATCH ?\(filter.sql) LIMIT ?"
            : "AND instr(o.search_key, ?) > 0\(filter.sql) ORDER BY o.name_key, o.id LIMIT ?"
        let place = [hidden.isByOrganization ? phrase : search] + filtered + [3 * limit]
        return OrganizationListStore.sorted(
            try shared + OrganizationListStore.fetch("\(hidden.sql) \(condition)", hidden.arguments + place, in: db))
    }
}

/// Finds organizations by their other names.
struct AliasSearch {
    private let caller: Caller
    private let filter: OrganizationFilter
    private let db: Database

    init(
        _ caller: Caller, _ filter: OrganizationFilter = OrganizationFilter(country: nil, sector: nil), db: Database
    ) {
        (self.caller, self.filter, self.db) = (caller, filter, db)
    }

    /// Those with a folded name in a range, or, without an end, with this one; each once, at most `limit` of the directory
    /// and as many others.
    func organizations(from first: String, to last: String?, limit: Int) throws -> [Organization] {
        let range = last == nil ? "a.alias_key = ?" : "a.alias_key >= ? AND a.alias_key < ?"
        let keys: [(any DatabaseValueConvertible)?] = last.map { [first, $0] } ?? [first]
        let filtered: [(any DatabaseValueConvertible)?] = filter.arguments
        // One organization may have several of them.
        let rows = limit + OrganizationAliases.most
        let shared = try OrganizationListStore.fetch(
            """
            FROM organization_alias a INDEXED BY organization_alias_shared CROSS JOIN organization o ON o.id = a.organization_id
            WHERE a.shared = 1 AND \(range) AND o.shared = 1 AND o.merged_into IS NULL\(filter.sql)
            ORDER BY a.alias_key, a.organization_id LIMIT ?
            """, keys + filtered + [rows], in: db)
        let hidden = try HiddenOrganizations(
            caller,
            walk: """
                organization_alias a INDEXED BY organization_alias_hidden CROSS JOIN organization o ON o.id = a.organization_id
                """, in: db)
        let condition =
            hidden.isByOrganization
            ? "AND a.shared = 0 AND \(range)"
            : "AND EXISTS (SELECT 1 FROM organization_alias a WHERE a.organization_id = o.id AND \(range))"
        let known = try OrganizationListStore.fetch(
            "\(hidden.sql) \(condition)\(filter.sql) LIMIT ?", hidden.arguments + keys + filtered + [rows], in: db)
        let all = Dictionary((shared + known).map { ($0.id, $0) }) { $1 }
        return OrganizationListStore.sorted(Array(all.values))
    }
}
