import Contracts
import Foundation
import GRDB

/// When a deal was deleted: from each deletion to the restoration that followed, as the record of changes has it.
enum DealDeletions {
    /// Since when the deal was deleted at an instant; nil when it was not.
    static func since(_ deal: Deal, at instant: Instant, in db: Database) throws -> Instant? {
        // What it was before the first change that came after the instant; what it is when there is none.
        let statement = try db.cachedStatement(
            sql: """
                SELECT c.before FROM deal_change c INDEXED BY deal_change_of_field
                CROSS JOIN deal_version v ON v.deal_id = c.deal_id AND v.version = c.version
                WHERE c.deal_id = ? AND c.field = 'deletedAt' AND v.at_ms > ? ORDER BY c.version LIMIT 1
                """)
        let row = try Row.fetchOne(statement, arguments: [deal.id, instant.milliseconds])
        let deletedAt: Instant?
        if let row {
            let json: String? = row[0]
            deletedAt = try json.map { try JSONDecoder().decode(Instant.self, from: Data($0.utf8)) }
        } else {
            deletedAt = deal.deletedAt
        }
        return deletedAt.flatMap { $0 <= instant ? $0 : nil }
    }
}
