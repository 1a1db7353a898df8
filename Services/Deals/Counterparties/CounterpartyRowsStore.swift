import Contracts
import Foundation
import GRDB
import RPC

/// The table `counterparty`, row by row, with the names of who is meant.
enum CounterpartyRows {
    /// Of one deal: the list is answered whole, and a frame has a limit.
    static let counterpartiesMax = 2000
    /// Of all texts of one deal's counterparties together, for the same reason.
    static let textBytesMax = 1 << 20

    /// `step_days` stands last.
    private static let selected = """
        SELECT c.id, c.name, c.organization_id, c.kind, c.tier, c.country, c.code_alias, c.priority, c.contact_person_id,
            p.name, c.contact, c.covered_by, c.next_action, c.next_action_on, c.notes, c.status, c.status_on,
            c.approved_on, c.pass_reason, c.exclusion_reason, c.added_by, c.added_ms, c.updated_ms, c.version, c.step_days
        FROM counterparty c LEFT JOIN person p ON p.id = c.contact_person_id
        """

    /// By name.
    static func all(of deal: UUID, limit: Int, in db: Database) throws -> [Counterparty] {
        try rows(of: deal, limit: limit, in: db).map { try whole($0) }
    }

    /// By name, with the days of their steps apart, as JSON.
    static func withDays(of deal: UUID, in db: Database) throws -> [(Counterparty, days: String)] {
        try rows(of: deal, limit: counterpartiesMax, in: db).map { (try counterparty($0), days: $0[24]) }
    }

    private static func rows(of deal: UUID, limit: Int, in db: Database) throws -> [Row] {
        let statement = try db.cachedStatement(
            sql: "\(selected) WHERE c.deal_id = ? AND c.removed_ms IS NULL ORDER BY c.name_key LIMIT ?")
        return try Row.fetchAll(statement, arguments: [deal, limit])
    }

    /// - Throws: the same `notFound` for what is not there, is removed, or belongs to another deal.
    static func counterparty(_ id: UUID?, of deal: UUID, in db: Database) throws -> Counterparty {
        guard let found = try find(id, of: deal, in: db) else { throw RPCFault.notFound("counterparty") }
        return found
    }

    static func find(_ id: UUID?, of deal: UUID, in db: Database) throws -> Counterparty? {
        guard let id else { return nil }
        let statement = try db.cachedStatement(
            sql: "\(selected) WHERE c.id = ? AND c.deal_id = ? AND c.removed_ms IS NULL")
        return try Row.fetchOne(statement, arguments: [id, deal]).map { try whole($0) }
    }

    /// The one that is of this organization, or else of this name.
    static func twin(of counterparty: Counterparty, on deal: UUID, in db: Database) throws -> UUID? {
        if let organization = counterparty.organizationId {
            let statement = try db.cachedStatement(
                sql: """
                    SELECT id FROM counterparty
                    WHERE organization_id = ? AND deal_id = ? AND removed_ms IS NULL AND id <> ? LIMIT 1
                    """)
            let twin = try UUID.fetchOne(statement, arguments: [organization, deal, counterparty.id])
            if let twin { return twin }
        }
        let statement = try db.cachedStatement(
            sql: "SELECT id FROM counterparty WHERE deal_id = ? AND name_key = ? AND removed_ms IS NULL AND id <> ?")
        return try UUID.fetchOne(
            statement, arguments: [deal, FoldedText.of(counterparty.name), counterparty.id])
    }

    static func count(of deal: UUID, in db: Database) throws -> Int {
        let statement = try db.cachedStatement(
            sql: "SELECT COUNT(*) FROM counterparty WHERE deal_id = ? AND removed_ms IS NULL")
        return try Int.fetchOne(statement, arguments: [deal]) ?? 0
    }

    /// - Throws: `counterparties_full` when there are more than a deal has, or their texts are longer than an answer takes.
    static func requireRoom(on deal: UUID, in db: Database) throws {
        guard try count(of: deal, in: db) <= counterpartiesMax else {
            throw RPCFault(
                .failedPrecondition, "counterparties_full", "A deal has at most \(counterpartiesMax) counterparties.")
        }
        let bytes = ["name", "code_alias", "contact", "next_action", "notes", "pass_reason", "exclusion_reason"]
            .map { "coalesce(length(CAST(\($0) AS BLOB)), 0)" }.joined(separator: " + ")
        let statement = try db.cachedStatement(
            sql: "SELECT SUM(\(bytes)) FROM counterparty WHERE deal_id = ? AND removed_ms IS NULL")
        guard try Int.fetchOne(statement, arguments: [deal]) ?? 0 <= textBytesMax else {
            throw RPCFault(
                .failedPrecondition, "counterparties_full",
                "The texts of the deal's counterparties are too long together.")
        }
    }

    static func insert(_ counterparty: Counterparty, into deal: UUID, in db: Database) throws {
        let head: [(any DatabaseValueConvertible)?] = [
            counterparty.id, deal, counterparty.statusOn.text, counterparty.addedBy,
            counterparty.addedAt.milliseconds,
        ]
        try db.cachedStatement(
            sql: """
                INSERT INTO counterparty (id, deal_id, status_on, added_by, added_ms, name, name_key, organization_id, kind,
                    tier, country, code_alias, priority, contact_person_id, contact, covered_by, next_action,
                    next_action_on, notes, updated_ms, version)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: StatementArguments(head + values(counterparty)))
    }

    /// Counts the version up and writes the row.
    static func update(_ changed: Counterparty, at now: Instant, in db: Database) throws -> Counterparty {
        var counterparty = changed
        counterparty.version += 1
        // A clock that was set back must not make the counterparty look older than it was.
        counterparty.updatedAt = max(now, changed.updatedAt)
        let end: [(any DatabaseValueConvertible)?] = [counterparty.id, changed.version]
        try db.cachedStatement(
            sql: """
                UPDATE counterparty SET name = ?, name_key = ?, organization_id = ?, kind = ?, tier = ?, country = ?,
                    code_alias = ?, priority = ?, contact_person_id = ?, contact = ?, covered_by = ?, next_action = ?,
                    next_action_on = ?, notes = ?, updated_ms = ?, version = ?
                WHERE id = ? AND version = ?
                """
        ).execute(arguments: StatementArguments(values(counterparty) + end))
        // The caller read the row in this same transaction, so nobody can have come between.
        guard db.changesCount == 1 else { throw StoredValueFault(column: "version") }
        return counterparty
    }

    static func remove(_ counterparty: Counterparty, by caller: Caller, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE counterparty SET removed_ms = max(?, added_ms), removed_by = ?, version = version + 1 WHERE id = ?
                """
        ).execute(arguments: [caller.now.milliseconds, caller.id, counterparty.id])
    }

    /// Writes how far it is, with no new version, and answers it so.
    static func settle(
        _ counterparty: Counterparty, _ standing: CounterpartyStanding, in db: Database
    ) throws -> Counterparty {
        try db.cachedStatement(
            sql: """
                UPDATE counterparty SET status = ?, status_on = ?, furthest = ?, approved_on = ?, pass_reason = ?,
                    exclusion_reason = ?, step_days = ?
                WHERE id = ?
                """
        ).execute(arguments: [
            standing.status.rawValue, standing.statusOn.text, standing.furthest.place, standing.approvedOn?.text,
            standing.passReason, standing.exclusionReason, standing.daysText, counterparty.id,
        ])
        var settled = counterparty
        (settled.status, settled.statusOn) = (standing.status, standing.statusOn)
        (settled.approvedOn, settled.approvedByClient) = (standing.approvedOn, standing.approvedOn != nil)
        (settled.passReason, settled.exclusionReason) = (standing.passReason, standing.exclusionReason)
        settled.steps = Dictionary(uniqueKeysWithValues: standing.days.map { ($0.key.rawValue, $0.value) })
        return settled
    }

    private static func values(_ counterparty: Counterparty) -> [(any DatabaseValueConvertible)?] {
        [
            counterparty.name, FoldedText.of(counterparty.name), counterparty.organizationId,
            counterparty.kind.rawValue, counterparty.tier, counterparty.country, counterparty.codeAlias,
            counterparty.priority?.rawValue, counterparty.contactPersonId, counterparty.contact,
            counterparty.coveredBy, counterparty.nextAction, counterparty.nextActionOn?.text, counterparty.notes,
            counterparty.updatedAt.milliseconds, counterparty.version,
        ]
    }

    private static func whole(_ row: Row) throws -> Counterparty {
        var counterparty = try counterparty(row)
        counterparty.steps = CounterpartyStanding.days(of: row[24])
        return counterparty
    }

    /// Without the days of its steps.
    private static func counterparty(_ row: Row) throws -> Counterparty {
        var counterparty = Counterparty(
            id: row[0], name: row[1], kind: try row.choice(3), addedBy: row[20],
            addedAt: Instant(milliseconds: row[21]), updatedAt: Instant(milliseconds: row[22]), version: row[23])
        counterparty.organizationId = row[2]
        (counterparty.tier, counterparty.country, counterparty.codeAlias) = (row[4], row[5], row[6])
        counterparty.priority = try row.optionalChoice(7)
        (counterparty.contactPersonId, counterparty.contactPersonName) = (row[8], row[9])
        (counterparty.contact, counterparty.coveredBy) = (row[10], row[11])
        counterparty.nextAction = row[12]
        counterparty.nextActionOn = try row.optionalDay(13)
        counterparty.notes = row[14]
        (counterparty.status, counterparty.statusOn) = (try row.choice(15), try row.day(16))
        counterparty.approvedOn = try row.optionalDay(17)
        counterparty.approvedByClient = counterparty.approvedOn != nil
        (counterparty.passReason, counterparty.exclusionReason) = (row[18], row[19])
        return counterparty
    }
}
