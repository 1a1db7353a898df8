import Contracts
import Foundation
import GRDB
import RPC

/// A deal as one caller meets it.
struct SeenDeal: Sendable {
    let deal: Deal
    let access: Access
    /// He sees it for a time only, and does nothing but read.
    let isGuest: Bool

    /// Whether what is compliance's right is this caller's here.
    func isControlRoom(_ caller: Caller) -> Bool { caller.role == .compliance && !isGuest }
}

/// The table `deal`, row by row: what all stores of this service share inside their transactions.
enum DealRows {
    /// In the order in which `deal(_:)` reads them and `values(_:)` writes them.
    static let columns = [
        "id", "number", "code_name", "real_name", "type", "stage", "status", "client_name", "sector", "country",
        "description", "value_minor", "value_currency", "probability", "probability_source", "confidentiality",
        "conflict_status", "conflict_expires_on", "lead_user_id", "originated_on", "engagement_letter_signed_on",
        "expected_close_on", "closed_on", "outcome_reason", "next_step", "stage_entered_on", "version", "created_ms",
        "updated_ms",
    ]
    private static let written = columns + ["number_order", "code_key", "search_key"]

    static let selected = columns.map { "d.\($0)" }.joined(separator: ", ")

    private static let seenByID = seenSQL(selected, "d.id = ?3")
    private static let seenByNumber = seenSQL(selected, "d.number = ?3")
    private static let glimpseByID = seenSQL("d.id, d.version, d.confidentiality", "d.id = ?3")
    private static let glimpseByNumber = seenSQL("d.id, d.version, d.confidentiality", "d.number = ?3")
    private static let visibleByID = seenSQL("d.confidentiality", "d.id = ?3")

    /// Of the caller `?1` at the instant `?2`.
    private static func seenSQL(_ columns: String, _ condition: String) -> String {
        """
        SELECT \(columns), m.access, (
            SELECT max(t.closes_ms) FROM timed_access t
            WHERE t.deal_id = d.id AND t.user_id = ?1 AND t.closes_ms > ?2)
        FROM deal d
        LEFT JOIN team_member m ON m.deal_id = d.id AND m.user_id = ?1 AND m.removed_ms IS NULL
        WHERE \(condition) AND d.deleted_ms IS NULL
        """
    }

    private static let byID = "SELECT \(selected) FROM deal d WHERE d.id = ? AND d.deleted_ms IS NULL"

    private static let insertSQL = """
        INSERT INTO deal (\(written.joined(separator: ", ")))
        VALUES (\(written.map { _ in "?" }.joined(separator: ", ")))
        """

    private static let updateSQL = """
        UPDATE deal SET \(written.dropFirst().map { "\($0) = ?" }.joined(separator: ", "))
        WHERE id = ? AND version = ?
        """

    /// The deal and what the caller may do with it.
    /// - Parameter needed: what the caller must be allowed to do with it.
    /// - Throws: the same `notFound` for what is not there and for what the caller may not see; `access_too_low` when
    ///   he may see it but not do this.
    static func seen(
        _ reference: DealReference, by caller: Caller, may needed: Access, in db: Database
    ) throws -> SeenDeal {
        let met = try met(reference, by: caller, in: db)
        try met.access.require(needed)
        return met
    }

    /// For breaking the glass alone: the deal also when the caller may not see it.
    static func met(_ reference: DealReference, by caller: Caller, in db: Database) throws -> SeenDeal {
        let row: Row? =
            switch reference {
            case .id(let id):
                try Row.fetchOne(
                    db.cachedStatement(sql: seenByID), arguments: [caller.id, caller.now.milliseconds, id])
            case .number(let number):
                try Row.fetchOne(
                    db.cachedStatement(sql: seenByNumber), arguments: [caller.id, caller.now.milliseconds, number])
            }
        guard let row else { throw RPCFault.notFound("deal") }
        let deal = try deal(row)
        let sight = try sight(of: caller, row, after: columns.count, deal.confidentiality)
        return SeenDeal(deal: deal, access: sight.access, isGuest: sight.guestUntil != nil)
    }

    /// Which version of which deal the caller sees: as `seen`, without reading the deal itself.
    static func glimpse(
        _ reference: DealReference, by caller: Caller, in db: Database
    ) throws -> (id: UUID, version: Int64) {
        let (sql, key): (String, any DatabaseValueConvertible) =
            switch reference {
            case .id(let id): (glimpseByID, id)
            case .number(let number): (glimpseByNumber, number)
            }
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: sql), arguments: [caller.id, caller.now.milliseconds, key])
        guard let row = try rows.next() else { throw RPCFault.notFound("deal") }
        try sight(of: caller, row, after: 3, try row.choice(2)).access.require(.read)
        return (row[0], row[1])
    }

    /// Those of the deals that the caller may see, as `seen` would let him: a look-up by key for each.
    static func visible(_ deals: Set<UUID>, to caller: Caller, in db: Database) throws -> VisibleDeals {
        let statement = try db.cachedStatement(sql: visibleByID)
        var visible = VisibleDeals()
        for id in deals {
            let row = try Row.fetchOne(statement, arguments: [caller.id, caller.now.milliseconds, id])
            guard let row else { continue }
            let sight = try sight(of: caller, row, after: 1, try row.choice(0))
            guard sight.access >= .read else { continue }
            visible.ids.insert(id)
            visible.ends = earlier(visible.ends, sight.guestUntil)
        }
        return visible
    }

    /// - Parameter column: of `m.access`; when the caller is let in until, is the next.
    private static func sight(
        of caller: Caller, _ row: Row, after column: Int, _ confidentiality: Confidentiality
    ) throws -> Sight {
        let closes: Int64? = row[column + 1]
        return Sight(
            role: caller.role, membership: try row.optionalChoice(column),
            letInUntil: closes.map(Instant.init(milliseconds:)), confidentiality: confidentiality, at: caller.now)
    }

    /// Nil when it is not there (any more). Who may see it has been asked before.
    static func deal(_ id: UUID, in db: Database) throws -> Deal? {
        try Row.fetchOne(db.cachedStatement(sql: byID), arguments: [id]).map(deal)
    }

    static func insert(_ deal: Deal, in db: Database) throws {
        try db.cachedStatement(sql: insertSQL).execute(arguments: StatementArguments(values(deal)))
    }

    /// Writes a deal whose version was counted up by one.
    static func update(_ deal: Deal, in db: Database) throws {
        let key: [(any DatabaseValueConvertible)?] = [deal.id, deal.version - 1]
        try db.cachedStatement(sql: updateSQL).execute(arguments: StatementArguments(values(deal).dropFirst() + key))
        // The caller read the row in this same transaction, so nobody can have come between.
        guard db.changesCount == 1 else { throw StoredValueFault(column: "version") }
    }

    static func isTaken(codeName: String, except id: UUID, in db: Database) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM deal WHERE code_key = ? AND deleted_ms IS NULL AND id <> ?)")
        return try Bool.fetchOne(statement, arguments: [FoldedText.of(codeName), id]) ?? false
    }

    private static func values(_ deal: Deal) -> [(any DatabaseValueConvertible)?] {
        let codeKey = FoldedText.of(deal.codeName)
        let searchKey = [codeKey, deal.number.lowercased(), FoldedText.of(deal.clientName)].joined(separator: "\n")
        return [
            deal.id, deal.number, deal.codeName, deal.realName, deal.type.rawValue, deal.stage, deal.status.rawValue,
            deal.clientName, deal.sector, deal.country, deal.description, deal.value?.minorUnits,
            deal.value?.currency.code, deal.probability, deal.probabilitySource.rawValue, deal.confidentiality.rawValue,
            deal.conflictStatus.rawValue, deal.conflictExpiresOn?.text, deal.leadId, deal.originatedOn.text,
            deal.engagementLetterSignedOn?.text, deal.expectedCloseOn?.text, deal.closedOn?.text, deal.outcomeReason,
            deal.nextStep, deal.stageEnteredOn.text, deal.version, deal.createdAt.milliseconds,
            deal.updatedAt.milliseconds, DealNumber(text: deal.number)?.order, codeKey, searchKey,
        ]
    }

    /// Reads a row that begins with `columns`.
    static func deal(_ row: Row) throws -> Deal {
        Deal(
            id: row[0], number: row[1], codeName: row[2], realName: row[3], type: try row.choice(4), stage: row[5],
            status: try row.choice(6), clientName: row[7], sector: row[8], country: row[9], description: row[10],
            value: try row.money(minor: 11, currency: 12), probability: row[13], probabilitySource: try row.choice(14),
            confidentiality: try row.choice(15), conflictStatus: try row.choice(16),
            conflictExpiresOn: try row.optionalDay(17), leadId: row[18], originatedOn: try row.day(19),
            engagementLetterSignedOn: try row.optionalDay(20), expectedCloseOn: try row.optionalDay(21),
            closedOn: try row.optionalDay(22), outcomeReason: row[23], nextStep: row[24],
            stageEnteredOn: try row.day(25),
            version: row[26], createdAt: Instant(milliseconds: row[27]), updatedAt: Instant(milliseconds: row[28]))
    }
}
