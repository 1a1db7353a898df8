import Contracts
import GRDB
import RPC
import Storage
import Testing

@testable import deals

struct BidSchemaTests {
    /// A bid that was superseded, the one that stands, and one that was withdrawn.
    private static func with(_ body: (Desk) async throws -> Void) async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.round(on: deal, by: banker)
            let buyer = try await desk.bidder("Contoso", on: deal, by: banker)
            let other = try await desk.bidder("Fabrikam", on: deal, by: banker)
            for amount in ["1", "2"] { _ = try await desk.bid(amount, of: buyer, in: 1, on: deal, by: banker) }
            let gone = try await desk.bid("3", of: other, in: 1, on: deal, by: banker)
            _ = try await desk.withdraw(gone, on: deal, as: banker)
            try await body(desk)
        }
    }

    private static let current = "WHERE superseded_ms IS NULL AND withdrawn_ms IS NULL"
    private static let columns = """
        counterparty_id, round, received_on, low_minor, high_minor, currency, basis, form, financing, added_by, added_ms,
            updated_ms, version
        """

    @Test(arguments: [
        "DELETE FROM deal_round", "UPDATE deal_round SET name = 'x'",
        "UPDATE deal_round SET number = 2, version = version + 1",
        "UPDATE deal_round SET kind = 'other', version = version + 1",
        "DELETE FROM bid", "INSERT OR REPLACE INTO bid SELECT * FROM bid", "UPDATE bid SET score = 1 \(current)",
        "UPDATE bid SET score = 101, version = version + 1 \(current)",
        "UPDATE bid SET low_minor = high_minor + 1, version = version + 1 \(current)",
        "UPDATE bid SET low_minor = 0, version = version + 1 \(current)",
        "UPDATE bid SET form = 'mix', version = version + 1 \(current)",
        "UPDATE bid SET cash_units = 1, version = version + 1 \(current)",
        "UPDATE bid SET round = 2, version = version + 1 \(current)",
        "UPDATE bid SET counterparty_id = id, version = version + 1 \(current)",
        "UPDATE bid SET expires_on = '2020-01-01', version = version + 1 \(current)",
        "UPDATE bid SET withdrawn_ms = updated_ms, version = version + 1 \(current)",
        "UPDATE bid SET note = 'x', version = version + 1 WHERE superseded_ms IS NOT NULL",
        "UPDATE bid SET superseded_ms = NULL, version = version + 1 WHERE superseded_ms IS NOT NULL",
        "UPDATE bid SET withdrawn_ms = NULL, withdrawn_by = NULL, withdrawal_reason = NULL, version = version + 1 "
            + "WHERE withdrawn_ms IS NOT NULL",
        "INSERT INTO bid (id, deal_id, position, \(columns)) SELECT randomblob(16), deal_id, 9, \(columns) FROM bid \(current)",
        "INSERT INTO bid (id, deal_id, position, \(columns)) SELECT randomblob(16), randomblob(16), 9, \(columns) FROM bid "
            + "WHERE withdrawn_ms IS NOT NULL",
    ])
    func theSchemaRefuses(sql: String) async throws {
        try await Self.with { desk in
            await #expect(throws: DatabaseError.self) {
                try await desk.store.write { db in try db.execute(sql: sql) }
            }
        }
    }
}
