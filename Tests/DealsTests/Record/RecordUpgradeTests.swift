import Contracts
import Foundation
import GRDB
import RPC
import Testing

@testable import deals

struct RecordUpgradeTests {
    /// A file of the version before, with two deals of one banker, one of which has an activity.
    private static func leave(_ banker: Person, in directory: String) throws {
        let queue = try DatabaseQueue(path: directory + "/deals.sqlite")
        try DealsSchema.migrator.migrate(queue, upTo: "deals 4 walls")
        try queue.write { db in
            for (count, name) in ["falcon", "hawk"].enumerated() {
                let id = UUIDv7.make()
                try db.execute(
                    sql: """
                        INSERT INTO deal (id, number, number_order, code_name, code_key, search_key, type, stage, status,
                            client_name, value_minor, value_currency, probability, probability_source, confidentiality,
                            conflict_status, lead_user_id, originated_on, stage_entered_on, version, created_ms, updated_ms)
                        VALUES (?, ?, ?, ?, ?, ?, 'sell_side_ma', 'origination', 'active', 'Aurora', 100, 'JPY', 5, 'stage',
                            'confidential', 'not_started', ?, '2026-10-01', '2026-10-01', 3, 1, ?)
                        """,
                    arguments: [
                        id, "D-2026-000\(count + 1)", 2_026_000_000_001 + count, name, name, name, banker.id,
                        100 + count,
                    ])
                try db.execute(
                    sql: """
                        INSERT INTO team_member (id, deal_id, user_id, name, role, access, reason, added_by, added_ms,
                            deal_updated_ms)
                        VALUES (?, ?, ?, 'Ada', 'lead', 'manage', 'lead', ?, 1, ?)
                        """, arguments: [UUIDv7.make(), id, banker.id, banker.id, 100 + count])
                guard count == 0 else { continue }
                try db.execute(
                    sql: """
                        INSERT INTO deal_activity (id, deal_id, kind, text, participants, occurred_ms, created_by,
                            created_ms, updated_ms, version)
                        VALUES (?, ?, 'note', 'x', '[]', 77, ?, 77, 77, 1)
                        """, arguments: [UUIDv7.make(), id, banker.id])
            }
        }
        try queue.close()
    }

    @Test func dealsOfTheVersionBeforeAreThereWithDefaults() async throws {
        let banker = Person(.banker)
        try await Desk.with(prepare: { try Self.leave(banker, in: $0) }) { desk in
            desk.people.add(banker.user())
            let deals = try await desk.list(DealQuery(sort: "number"), as: banker).items
            #expect(deals.map(\.codeName) == ["falcon", "hawk"] && deals.map(\.version) == [3, 3])
            #expect(deals.map(\.lastActivityAt?.milliseconds) == [77, nil])
            let deal = try #require(deals.first)
            #expect(deal.priority == .normal && deal.valueBasis == .estimate && deal.forecastCategory == .pipeline)
            #expect(deal.tags.isEmpty && deal.customFields.isEmpty && !deal.legalHold && deal.deletedAt == nil)
            #expect(deal.value?.amount == "100" && deal.enterpriseValue == nil)
            let changed = try await desk.update(deal, as: banker) {
                $0.tags = .set(["food"])
                $0.stakeBps = .set(5100)
            }
            #expect(changed.version == 4 && changed.tags == ["food"] && changed.lastActivityAt == deal.lastActivityAt)
            #expect(try await desk.list(DealQuery(tag: "food"), as: banker).items == [changed])
            #expect(try await desk.delete(changed, as: banker).deletedAt != nil)
        }
    }
}
