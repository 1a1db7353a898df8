import Contracts
import Foundation
import GRDB

/// The one question that steps ask the lists of the control room.
enum ContactBans {
    /// Whether the restricted or the do-not-contact list holds a counterparty on a day, by its organization or by its name.
    static func exist(for organization: UUID?, named name: String, on day: BusinessDate, in db: Database) throws -> Bool
    {
        let statement = try db.cachedStatement(
            sql: """
                SELECT EXISTS (
                    SELECT 1 FROM list_entry
                    WHERE list IN ('restricted', 'do_not_contact') AND (organization_id = ?1 OR name_key = ?2)
                        AND from_day <= ?3 AND (to_day IS NULL OR to_day >= ?3)
                        AND (lifted_ms IS NULL OR lifted_ms >= ?4))
                """)
        // What was lifted later than that day was in force on it.
        let end = Int64(day.adding(days: 1).daysSince1970) * 86_400_000
        if try Bool.fetchOne(statement, arguments: [organization, FoldedText.of(name), day.text, end]) == true {
            return true
        }
        // Under another legal form, as an owner, a subsidiary or one that it was merged with.
        let party = ScreenedParty(organizationId: organization, name: name, role: .counterparty, countsDeals: false)
        return try ConflictMatches.hits(party, for: nil, on: day, in: db).matches.contains {
            switch $0 {
            case .entry(_, .restricted), .entry(_, .doNotContact): true
            case .entry(_, .watch), .deal: false
            }
        }
    }
}
