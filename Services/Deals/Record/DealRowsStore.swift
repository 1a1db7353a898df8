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
    private static let columns = DealColumns.read
    private static let written = DealColumns.written

    private static let selected = columns.map { "d.\($0)" }.joined(separator: ", ")

    private static let seenByID = seenSQL(selected, "d.id = ?3")
    private static let seenByNumber = seenSQL(selected, "d.number = ?3")
    private static let deletedByID = seenSQL(selected, "d.id = ?3", isDeleted: true)
    private static let deletedByNumber = seenSQL(selected, "d.number = ?3", isDeleted: true)
    private static let glimpsed = "d.id, d.version, d.last_activity_ms, d.confidentiality"
    private static let glimpseByID = seenSQL(glimpsed, "d.id = ?3")
    private static let glimpseByNumber = seenSQL(glimpsed, "d.number = ?3")
    private static let visibleByID = seenSQL("d.confidentiality", "d.id = ?3")

    /// Of the caller `?1` at the instant `?2`.
    private static func seenSQL(_ columns: String, _ condition: String, isDeleted: Bool = false) -> String {
        """
        SELECT \(columns), m.access, (
            SELECT max(t.closes_ms) FROM timed_access t
            WHERE t.deal_id = d.id AND t.user_id = ?1 AND t.closes_ms > ?2)
        FROM deal d
        LEFT JOIN team_member m ON m.deal_id = d.id AND m.user_id = ?1 AND m.removed_ms IS NULL
        WHERE \(condition) AND d.deleted_ms IS \(isDeleted ? "NOT NULL" : "NULL")
        """
    }

    private static let byID = "SELECT \(selected) FROM deal d WHERE d.id = ?"

    private static let insertSQL = """
        INSERT INTO deal (\(written.joined(separator: ", ")), words)
        VALUES (\(written.map { _ in "?" }.joined(separator: ", ")), ?)
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
        try met(reference, seenByID, seenByNumber, by: caller, in: db)
    }

    /// A deleted deal, which is there for those alone who manage it and for compliance.
    static func deleted(_ reference: DealReference, by caller: Caller, in db: Database) throws -> SeenDeal {
        let met = try met(reference, deletedByID, deletedByNumber, by: caller, in: db)
        guard met.access >= .manage || met.access >= .read && met.isControlRoom(caller) else {
            throw RPCFault.notFound("deal")
        }
        return met
    }

    /// What was known of a deal stays on record when it is deleted.
    static func seenOrDeleted(_ reference: DealReference, by caller: Caller, in db: Database) throws -> SeenDeal {
        guard try glimpse(reference, by: caller, in: db) == nil else {
            return try seen(reference, by: caller, may: .read, in: db)
        }
        return try deleted(reference, by: caller, in: db)
    }

    private static func met(
        _ reference: DealReference, _ byID: String, _ byNumber: String, by caller: Caller, in db: Database
    ) throws -> SeenDeal {
        let (sql, key): (String, any DatabaseValueConvertible) =
            switch reference {
            case .id(let id): (byID, id)
            case .number(let number): (byNumber, number)
            }
        let row = try Row.fetchOne(
            db.cachedStatement(sql: sql), arguments: [caller.id, caller.now.milliseconds, key])
        guard let row else { throw RPCFault.notFound("deal") }
        let deal = try DealColumns.deal(row)
        let sight = try sight(of: caller, row, after: columns.count, deal.confidentiality)
        return SeenDeal(deal: deal, access: sight.access, isGuest: sight.guestUntil != nil)
    }

    /// Which state of which deal the caller sees: as `seen`, without reading the deal itself.
    /// - Returns: nil when there is no such deal, or none any more.
    static func glimpse(
        _ reference: DealReference, by caller: Caller, in db: Database
    ) throws -> (id: UUID, state: DealState)? {
        let (sql, key): (String, any DatabaseValueConvertible) =
            switch reference {
            case .id(let id): (glimpseByID, id)
            case .number(let number): (glimpseByNumber, number)
            }
        let rows = try Row.fetchCursor(
            db.cachedStatement(sql: sql), arguments: [caller.id, caller.now.milliseconds, key])
        guard let row = try rows.next() else { return nil }
        try sight(of: caller, row, after: 4, try row.choice(3)).access.require(.read)
        return (row[0], DealState(version: row[1], lastActivity: row[2]))
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

    /// Nil when it is not there. Who may see it, deleted or not, has been asked before.
    static func deal(_ id: UUID, in db: Database) throws -> Deal? {
        try Row.fetchOne(db.cachedStatement(sql: byID), arguments: [id]).map(DealColumns.deal)
    }

    static func insert(_ deal: Deal, in db: Database) throws {
        guard let number = DealNumber(text: deal.number) else { throw StoredValueFault(column: "number") }
        try db.cachedStatement(sql: insertSQL)
            .execute(arguments: StatementArguments(DealColumns.values(deal) + [DealText(deal).words]))
        try WordIndex.add(number.order, in: db)
        try DealStates.follow(deal, in: db)
    }

    /// Writes a deal whose version was counted up by one.
    static func update(_ deal: Deal, in db: Database) throws {
        try WordIndex.follow(deal, in: db)
        try DealStates.follow(deal, in: db)
        let key: [(any DatabaseValueConvertible)?] = [deal.id, deal.version - 1]
        try db.cachedStatement(sql: updateSQL).execute(
            arguments: StatementArguments(DealColumns.values(deal).dropFirst() + key))
        // The caller read the row in this same transaction, so nobody can have come between.
        guard db.changesCount == 1 else { throw StoredValueFault(column: "version") }
    }

    static func isTaken(codeName: String, except id: UUID?, in db: Database) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM deal WHERE code_key = ? AND deleted_ms IS NULL AND id IS NOT ?)")
        return try Bool.fetchOne(statement, arguments: [FoldedText.of(codeName), id]) ?? false
    }
}
