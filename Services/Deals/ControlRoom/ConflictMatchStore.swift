import Contracts
import Foundation
import GRDB

/// Finds what a party meets: entries of lists that hold, and live deals of the firm, secret ones among them. Every look
/// goes along an index, and all of them are made whatever the first ones find, so that the time tells little of the
/// answer. Nothing found here leaves the control room but by `ScreenedHits.answer`.
enum ConflictMatches {
    /// Kept of one party.
    static let matchesMax = 20
    /// Owners, subsidiaries and merged organizations that are looked at beside one.
    static let familyMax = 200

    /// - Parameter deal: the one that the party is looked at for, which is no conflict with itself.
    static func hits(
        _ party: ScreenedParty, for deal: UUID?, on day: BusinessDate, in db: Database
    ) throws -> ScreenedHits {
        var search = Search(party: party, deal: deal, day: day)
        try search.look(for: party.key, in: db)
        var family = Set<UUID>()
        for organization in search.organizations.union([party.organizationId].compactMap(\.self)) {
            for (id, key) in try relatives(of: organization, in: db) where family.insert(id).inserted {
                try search.look(for: key, in: db)
                try search.look(for: id, in: db)
            }
        }
        return ScreenedHits(party: party, all: search.found)
    }

    /// An organization, those that it was merged into or that were merged into it, its owners and what it owns, with their
    /// folded names. Further names of organizations are found by `organization_name`, which leads here.
    private static let relativesSQL = """
        WITH RECURSIVE
        same (id) AS (
            SELECT ?1 UNION
            SELECT o.merged_into FROM same CROSS JOIN organization o ON o.id = same.id WHERE o.merged_into IS NOT NULL),
        above (id) AS (
            SELECT id FROM same UNION
            SELECT o.parent_id FROM above CROSS JOIN organization o ON o.id = above.id
            WHERE o.parent_id IS NOT NULL AND o.merged_into IS NULL),
        below (id) AS (
            SELECT id FROM same UNION
            SELECT o.id FROM below CROSS JOIN organization o ON o.parent_id = below.id WHERE o.merged_into IS NULL
            LIMIT \(familyMax)),
        whole (id) AS (
            SELECT id FROM above UNION SELECT id FROM below UNION
            SELECT o.id FROM whole CROSS JOIN organization o ON o.merged_into = whole.id
            LIMIT \(familyMax))
        SELECT o.id, o.name_key FROM whole CROSS JOIN organization o ON o.id = whole.id
        """

    private static func relatives(of organization: UUID, in db: Database) throws -> [(UUID, key: String)] {
        try Row.fetchAll(db.cachedStatement(sql: relativesSQL), arguments: [organization])
            .map { ($0[0], MatchKey.ofFolded($0[1])) }
    }

    static let isInForce = "lifted_ms IS NULL AND from_day <= ?2 AND (to_day IS NULL OR to_day >= ?2)"

    private static func names(_ role: CheckedRole, if parameter: String) -> String {
        """
        SELECT * FROM (
            SELECT 2, deal_id, '\(role.rawValue)' FROM deal_name
            WHERE \(parameter) AND match_key = ?1 AND role = '\(role.rawValue)' AND live = 1 AND deal_id IS NOT ?3
            ORDER BY deal_id DESC LIMIT \(matchesMax))
        """
    }

    fileprivate static let byKeySQL = """
        SELECT 0, id, list FROM list_entry WHERE match_key = ?1 AND \(isInForce)
        UNION ALL SELECT * FROM (
            SELECT 1, organization_id, NULL FROM organization_name WHERE match_key = ?1 LIMIT \(familyMax))
        UNION ALL \(names(.client, if: "?4"))
        UNION ALL \(names(.target, if: "?5"))
        UNION ALL \(names(.counterparty, if: "?6"))
        """

    fileprivate static let byOrganizationSQL = """
        SELECT 0, id, list FROM list_entry WHERE organization_id = ?1 AND \(isInForce)
        UNION ALL SELECT * FROM (
            SELECT 2, d.id, p.role FROM (
                SELECT deal_id, role FROM deal_party WHERE organization_id = ?1 AND removed_ms IS NULL
                ORDER BY deal_id DESC LIMIT 500
            ) p CROSS JOIN deal d ON d.id = p.deal_id
            WHERE ?4 AND d.status IN ('active', 'on_hold') AND d.deleted_ms IS NULL AND d.id IS NOT ?3)
        """

    static let queries = [relativesSQL, byKeySQL, byOrganizationSQL]
}

/// One look at one party.
private struct Search {
    let party: ScreenedParty
    let deal: UUID?
    let day: BusinessDate
    private(set) var found: Set<ConflictMatch> = []
    /// Those that bear the party's own name.
    private(set) var organizations: Set<UUID> = []
    private var keys: Set<String> = []

    init(party: ScreenedParty, deal: UUID?, day: BusinessDate) {
        (self.party, self.deal, self.day) = (party, deal, day)
    }

    mutating func look(for key: String, in db: Database) throws {
        let isFirst = keys.isEmpty
        guard keys.insert(key).inserted else { return }
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: ConflictMatches.byKeySQL),
            arguments: [
                key, day.text, deal, party.isOpposed(to: .client), party.isOpposed(to: .target),
                party.isOpposed(to: .counterparty),
            ])
        while let row = try rows.next() {
            switch row[0] as Int {
            case 0: found.insert(.entry(row[1], try row.choice(2)))
            // Who bears a relative's name is not a relative.
            case 1: if isFirst { organizations.insert(row[1]) }
            default: found.insert(.deal(row[1], try row.choice(2)))
            }
        }
    }

    mutating func look(for organization: UUID, in db: Database) throws {
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: ConflictMatches.byOrganizationSQL),
            arguments: [organization, day.text, deal, party.countsDeals])
        while let row = try rows.next() {
            guard row[0] as Int != 0 else {
                found.insert(.entry(row[1], try row.choice(2)))
                continue
            }
            let role: PartyRole = try row.choice(2)
            if !role.isService, party.isOpposed(to: role.checked) { found.insert(.deal(row[1], role.checked)) }
        }
    }
}

extension ScreenedHits {
    /// - Parameter all: of which the first are kept: those that refer before the silent ones, entries before deals.
    fileprivate init(party: ScreenedParty, all: Set<ConflictMatch>) {
        let sorted = all.sorted { $0.order < $1.order }
        self.init(
            party: party, matches: Array(sorted.prefix(ConflictMatches.matchesMax)),
            leftOut: max(0, sorted.count - ConflictMatches.matchesMax))
    }
}

extension ConflictMatch {
    fileprivate var order: String {
        switch self {
        case .entry(let id, _): (refers ? "0" : "2") + id.text
        case .deal(let id, let role): "1" + id.text + role.rawValue
        }
    }
}
