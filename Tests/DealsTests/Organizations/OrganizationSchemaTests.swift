import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Synchronization
import Testing

@testable import deals

struct OrganizationSchemaTests {
    /// A desk with organizations of both scopes and a merged one, a person and a removed one, a party and a removed one.
    private static func with(_ body: (Desk) async throws -> Void) async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let firm = try await desk.organization("Northwind", by: banker)
            let twin = try await desk.organization("Nordwind", by: banker)
            _ = try await desk.merge(twin, into: firm, as: desk.person(.compliance))
            let (party, hidden) = try await desk.newParty("Zephyr", .target, on: deal, by: banker)
            _ = try await desk.party(firm, .lender, on: deal, by: banker, primary: true)
            _ = try await desk.party(hidden, .lender, on: deal, by: banker)
            try await desk.remove(party, from: deal, as: banker)
            _ = try await desk.contact("Ada", at: firm, by: banker)
            let bob = try await desk.contact("Bob", at: firm, by: banker)
            _ = try await desk.call(
                DealMethods.removePerson, Nothing(), as: banker, on: [firm.id.text, bob.id.text], ifMatch: 1)
            try await body(desk)
        }
    }

    @Test(arguments: [
        "DELETE FROM organization", "INSERT OR REPLACE INTO organization SELECT * FROM organization",
        "UPDATE organization SET name = 'x'",
        "UPDATE organization SET shared = 0, version = version + 1 WHERE shared = 1 AND merged_into IS NULL",
        "UPDATE organization SET version = version + 1 WHERE merged_into IS NOT NULL",
        "UPDATE organization SET merged_into = (SELECT id FROM organization LIMIT 1), version = version + 1 WHERE shared = 0",
        "UPDATE organization SET lei = '5493001kjtiigc8y1r12', version = version + 1 WHERE shared = 0",
        "UPDATE organization SET isin = 'US03783310', version = version + 1 WHERE shared = 0",
        "UPDATE organization SET kind = 'bank', version = version + 1 WHERE shared = 0",
        "UPDATE organization SET parent_id = id, version = version + 1 WHERE shared = 0",
        """
        UPDATE organization SET parent_id = (SELECT id FROM organization WHERE shared = 0), version = version + 1
        WHERE shared = 1 AND merged_into IS NULL
        """,
        "UPDATE organization SET created_ms = 0, version = version + 1 WHERE shared = 0",
        "UPDATE organization SET merged_into = NULL, version = version + 1 WHERE merged_into IS NOT NULL",
        "DELETE FROM organization_merge", "UPDATE organization_merge SET at_ms = 0",
        "DELETE FROM organization_merge_alias", "UPDATE organization_merge_alias SET alias_key = 'x'",
        "INSERT INTO organization_alias SELECT id, 21, 'x', 'x', 1 FROM organization",
        "DELETE FROM person", "UPDATE person SET name = 'x'",
        "UPDATE person SET version = version + 1 WHERE deleted_ms IS NOT NULL",
        "UPDATE person SET deleted_ms = updated_ms, version = version + 1 WHERE deleted_ms IS NULL",
        "DELETE FROM deal_party", "UPDATE deal_party SET role = 'client'",
        "UPDATE deal_party SET version = version + 1 WHERE removed_ms IS NOT NULL",
        "UPDATE deal_party SET removed_ms = added_ms, version = version + 1 WHERE removed_ms IS NULL",
        "UPDATE deal_party SET is_primary = 1, version = version + 1 WHERE removed_ms IS NULL AND is_primary = 0",
        "UPDATE deal_party SET role = 'friend', version = version + 1 WHERE removed_ms IS NULL",
        "UPDATE deal_party SET deal_id = deal_id, version = version + 1 WHERE removed_ms IS NULL",
    ])
    func theSchemaRefuses(sql: String) async throws {
        try await Self.with { desk in
            await #expect(throws: DatabaseError.self) {
                try await desk.store.write { db in try db.execute(sql: sql) }
            }
        }
    }

    /// Both indexes of texts hold what is there and nothing else, whatever happened to the rows.
    @Test func textsFollowTheirRows() async throws {
        try await Self.with { desk in
            let counts = try await desk.store.read { db in
                try [("shared", "ordw"), ("shared", "orthw"), ("hidden", "eph")].map { scope, text in
                    let table = "organization_\(scope)_text"
                    let sql = "SELECT COUNT(*) FROM \(table) WHERE \(table) MATCH ?"
                    return try Int.fetchOne(db, sql: sql, arguments: ["\"\(text)\""])
                }
            }
            // The name of the merged one is another name of the other.
            #expect(counts == [1, 1, 1])
            try await desk.store.write { db in
                for scope in ["shared", "hidden"] {
                    let table = "organization_\(scope)_text"
                    try db.execute(sql: "INSERT INTO \(table) (\(table)) VALUES ('integrity-check')")
                }
            }
        }
    }

    /// Every statement that the calls run finds its rows by an index: what is scanned is only what a statement has put
    /// together itself, or an index of texts by its words.
    @Test(arguments: [Role.banker, .observer, .compliance])
    func noStatementScansATable(role: Role) async throws {
        try await Self.with { desk in
            let person = desk.person(role)
            let identity = RPCIdentity(subject: person.id, session: person.id, roles: person.role.bits)
            let caller = try Caller(
                RPCContext(peer: Peer.gateway, identity: identity), may: .readDeals, now: desk.clock.now())
            let plans = try await desk.store.write { db in
                let statements = Statements()
                db.trace { event in
                    if case .statement(let statement) = event { statements.add(statement.sql) }
                }
                try Self.run(by: caller, in: db)
                db.trace(nil)
                return try statements.all.map { sql in
                    let plan = try db.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
                    plan.setUncheckedArguments(StatementArguments())
                    return (sql, try Row.fetchAll(plan).map { $0["detail"] as String })
                }
            }
            #expect(plans.count > 15)
            for (sql, plan) in plans {
                #expect(!plan.contains(where: Self.isScan), "\(sql)\n\(plan.joined(separator: "\n"))")
            }
        }
    }

    private static func run(by caller: Caller, in db: Database) throws {
        let ids = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT (SELECT id FROM organization WHERE name_key = 'zephyr' AND shared = 0), (
                        SELECT id FROM organization
                        WHERE name_key = 'northwind' AND shared = 1 AND merged_into IS NULL)
                    """))
        let row = try #require(ids)
        let (hidden, firm): (UUID, UUID) = (row[0], row[1])
        let firmNow = try OrganizationSight.seen(firm, by: caller, in: db).organization
        _ = try OrganizationSight.find(hidden, by: caller, in: db)
        let hiddenNow = try #require(try OrganizationRows.organization(hidden, in: db))
        let changed = try OrganizationRows.update(hiddenNow, at: caller.now, in: db)
        try Event.record(EventType.organizationUpdated, about: changed, by: caller, changes: [], in: db)
        for query in [OrganizationQuery(), OrganizationQuery(q: "ze"), OrganizationQuery(q: "zeph")] {
            _ = try OrganizationListStore.answer(OrganizationRequest(query), by: caller, in: db)
        }
        var twin = firmNow
        (twin.lei, twin.isin) = ("5493001KJTIIGC8Y1R12", "US0378331005")
        _ = try OrganizationListStore.similar(to: twin, by: caller, in: db)
        _ = try OrganizationTree.line(above: firm, in: db)
        _ = try OrganizationTree.levels(from: firm, in: db)
        _ = try OrganizationDealStore.answer(firm, limit: 50, after: nil, by: caller, in: db)
        _ = try PersonRows.page(of: firm, after: .start, limit: 50, in: db)
        let deal: UUID = try #require(
            try UUID.fetchOne(
                db.cachedStatement(sql: "SELECT id FROM deal WHERE number = ?"), arguments: ["D-2026-0001"]))
        for party in try PartyRows.all(of: deal, in: db) {
            let found = try PartyRows.party(party.id, of: deal, in: db)
            try PartyRows.remove(PartyRows.update(found, at: caller.now, in: db), by: caller, in: db)
        }
        _ = try OrganizationListStore.answer(
            OrganizationRequest(OrganizationQuery(country: "DE", sector: "Food")), by: caller, in: db)
        _ = try PersonFindStore.answer(PersonFindRequest(PersonFindQuery(q: "ad exam")), by: caller, in: db)
        _ = try MergeRows.mergedInto(firm, in: db)
        let merge = try #require(try MergeRows.list(into: firm, in: db).first?.id)
        try OrganizationMergeStore.move(firmNow, to: firmNow, by: merge, at: caller.now, in: db)
        let recorded = try #require(try MergeRows.merge(merge, into: firm, in: db))
        _ = try MergeRows.aliasKeys(of: merge, in: db)
        for table in MergedTable.all {
            _ = try table.changed(since: recorded, by: caller, in: db)
            try table.restore(recorded, at: caller.now, in: db)
        }
    }

    private static func isScan(_ step: String) -> Bool {
        let words = step.split(separator: " ")
        guard words.first == "SCAN", words.count > 1 else { return false }
        return !step.contains("VIRTUAL TABLE INDEX 0:M") && !step.contains("CONSTANT ROW")
            && !["h", "s", "line", "below", "(subquery-1)"].contains(words[1])
    }
}

/// What a connection ran, each once.
private final class Statements: Sendable {
    private let seen = Mutex<Set<String>>([])

    func add(_ sql: String) {
        if ["SELECT", "WITH", "INSERT", "UPDATE"].contains(where: sql.hasPrefix) {
            seen.withLock { _ = $0.insert(sql) }
        }
    }

    var all: [String] { seen.withLock { $0.sorted() } }
}
