import Contracts
import Foundation
import GRDB

/// Whether the restricted list holds a deal back: somebody whom the deal is about stands on it, and the control room has
/// not decided since.
enum Restrictions {
    static func holds(_ deal: Deal, on today: BusinessDate, in db: Database) throws -> Bool {
        let some = try db.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM list_entry WHERE list = 'restricted' AND lifted_ms IS NULL)")
        // Most of the time there is none, or the deal has not come as far.
        guard try Bool.fetchOne(some) == true else { return false }
        let decided = try lastDecision(on: deal.id, in: db)
        var parties = ConflictWatch.names(of: deal)
        parties += try PartyRows.all(of: deal.id, in: db).map(ConflictWatch.screened)
        for party in parties {
            var party = party
            (party.countsDeals, party.countsAllDeals) = (false, false)
            let found = try ConflictMatches.hits(party, for: deal.id, on: today, in: db)
            // What is left out are entries, too: then there are so many that one more does not matter.
            for case .entry(let id, .restricted) in found.matches where try placed(id, in: db) >= decided {
                return true
            }
        }
        return false
    }

    private static func placed(_ entry: UUID, in db: Database) throws -> Int64 {
        let statement = try db.cachedStatement(sql: "SELECT placed_ms FROM list_entry WHERE id = ?")
        return try Int64.fetchOne(statement, arguments: [entry]) ?? .max
    }

    /// In milliseconds; before all times without one. What was declined lets nothing pass.
    private static func lastDecision(on deal: UUID, in db: Database) throws -> Int64 {
        let statement = try db.cachedStatement(
            sql: """
                SELECT max(ms) FROM (
                    SELECT max(decided_ms) AS ms FROM conflict_decision WHERE deal_id = ?1 AND decision <> 'declined'
                    UNION ALL
                    SELECT max(decided_ms) FROM conflict_check
                    WHERE deal_id = ?1 AND origin = 'deal' AND decision <> 'declined')
                """)
        return try Int64.fetchOne(statement, arguments: [deal]) ?? .min
    }
}
