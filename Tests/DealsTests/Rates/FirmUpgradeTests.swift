import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

struct FirmUpgradeTests {
    /// A file of the version before: a deal of one banker that was lost, rates before and after that day, and a person.
    private static func leave(_ banker: Person, in directory: String) throws {
        let queue = try DatabaseQueue(path: directory + "/deals.sqlite")
        let id = UUIDv7.make()
        try DealsSchema.migrator.migrate(queue, upTo: "deals 4 walls")
        try queue.write { db in
            try db.execute(
                sql: """
                    INSERT INTO deal (id, number, number_order, code_name, code_key, search_key, type, stage, status,
                        client_name, value_minor, value_currency, probability, probability_source, confidentiality,
                        conflict_status, lead_user_id, originated_on, stage_entered_on, outcome_reason, version,
                        created_ms, updated_ms)
                    VALUES (?, 'D-2026-0001', 2026000000001, 'falcon', 'falcon', 'falcon', 'sell_side_ma', 'origination',
                        'lost', 'Aurora', 1000, 'EUR', 0, 'stage', 'confidential', 'not_started', ?, '2026-10-01',
                        '2026-10-01', 'price', 3, 1, 100)
                    """, arguments: [id, banker.id])
            try db.execute(
                sql: """
                    INSERT INTO team_member (id, deal_id, user_id, name, role, access, reason, added_by, added_ms,
                        deal_updated_ms)
                    VALUES (?, ?, ?, 'Ada', 'lead', 'manage', 'lead', ?, 1, 100)
                    """, arguments: [UUIDv7.make(), id, banker.id, banker.id])
            try db.execute(
                sql: """
                    INSERT INTO stage_transition (id, deal_id, from_stage, to_stage, from_status, to_status, direction,
                        reason, effective_on, days_in_from, by_user_id, at_ms)
                    VALUES (?, ?, 'origination', 'origination', 'active', 'lost', 'end', 'price', '2026-10-10', 9, ?, 100)
                    """, arguments: [UUIDv7.make(), id, banker.id])
        }
        try DealsSchema.migrator.migrate(queue, upTo: "deals 7 parties")
        try queue.write { db in
            try db.execute(sql: "INSERT INTO exchange_pair VALUES ('EUR', 'USD')")
            for (day, digits) in [("2026-10-05", 125), ("2026-10-11", 900)] {
                try db.execute(
                    sql: "INSERT INTO exchange_rate VALUES ('EUR', 'USD', ?, ?, 2, NULL, ?, 1)",
                    arguments: [day, digits, banker.id])
            }
            let firm = UUID()
            try db.execute(
                sql: """
                    INSERT INTO organization (id, name, name_key, search_key, kind, shared, created_by, created_ms,
                        updated_ms, version)
                    VALUES (?, 'Northwind', 'northwind', 'northwind', 'other', 1, ?, 1, 1, 1)
                    """, arguments: [firm, banker.id])
            try db.execute(
                sql: """
                    INSERT INTO person (id, organization_id, name, name_key, created_by, created_ms, updated_ms, version)
                    VALUES (?, ?, 'Ada Byron', 'ada byron', ?, 1, 1, 1)
                    """, arguments: [UUID(), firm, banker.id])
        }
        try queue.close()
    }

    @Test func whatHadEndedGetsTheRatesOfItsDayAndPeopleAreFound() async throws {
        let banker = Person(.banker)
        try await Desk.with(prepare: { try Self.leave(banker, in: $0) }) { desk in
            desk.people.add(banker.user())
            var query = DealBoardQuery(pipeline: .sellSideMA, convertTo: "USD")
            query.filters.status = [.lost]
            let asked = query
            for _ in 0..<2 {
                let column = try await desk.call(DealMethods.board, asked, as: banker).columns.first
                #expect(column?.converted?.total.amount == "12.50" && column?.converted?.unconverted == [])
                try await desk.store.write { db in
                    try db.execute(sql: "UPDATE exchange_rate SET digits = 300")
                }
            }
            #expect(try await desk.found("byron", as: banker) == ["Ada Byron"])
            #expect(try await desk.organizations("north", as: banker).items.map(\.aliases) == [[]])
        }
    }
}
