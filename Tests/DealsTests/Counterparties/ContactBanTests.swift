import Contracts
import Foundation
import GRDB
import RPC
import Testing

@testable import deals

/// Which entries of the control room's lists keep a counterparty from being approached.
struct ContactBanTests {
    private struct Entry {
        var list = "restricted"
        var organization: UUID?
        var name = "borealis se"
        var from = BusinessDate.today.adding(days: -10)
        var to: BusinessDate?
        var liftedDaysAgo: Int?
    }

    private static let firm = UUIDv7.make()

    /// Whether a counterparty is banned today by these entries alone.
    private static func isBanned(
        _ entries: Entry..., organization: UUID? = nil, named name: String = "Borealis  SE",
        on day: BusinessDate = .today
    ) throws -> Bool {
        var settings = Configuration()
        settings.foreignKeysEnabled = false
        let lists = try DatabaseQueue(configuration: settings)
        try DealsSchema.migrator.migrate(lists)
        return try lists.write { db in
            for entry in entries {
                let lifted = entry.liftedDaysAgo.map {
                    Int64(BusinessDate.today.adding(days: -$0).daysSince1970) * 86_400_000 + 3_600_000
                }
                try db.execute(
                    sql: """
                        INSERT INTO list_entry (id, list, organization_id, name, name_key, match_key, reason, from_day, to_day,
                            placed_by, placed_ms, lifted_by, lifted_ms, lift_reason, version)
                        VALUES (?, ?, ?, ?4, ?4, ?, 'live mandate', ?, ?, ?, 0, ?, ?, ?, 1)
                        """,
                    arguments: [
                        UUIDv7.make(), entry.list, entry.organization, entry.name, MatchKey.ofFolded(entry.name),
                        entry.from.text, entry.to?.text, firm, lifted.map { _ in firm }, lifted,
                        lifted.map { _ in "over" },
                    ])
            }
            return try ContactBans.exist(for: organization, named: name, on: day, in: db)
        }
    }

    @Test func restrictedAndDoNotContactAreBansAndWatchingIsNone() throws {
        #expect(try Self.isBanned(Entry()))
        #expect(try Self.isBanned(Entry(list: "do_not_contact")))
        #expect(try !Self.isBanned(Entry(list: "watch")))
        #expect(try Self.isBanned(Entry(list: "watch"), Entry(list: "do_not_contact")))
        #expect(try !Self.isBanned())
    }

    @Test func itIsMetByNameOrByOrganization() throws {
        #expect(try Self.isBanned(Entry(), named: "Borealis plc"))
        #expect(try !Self.isBanned(Entry(), named: "Aurora SE"))
        let entry = Entry(organization: Self.firm, name: "another name")
        #expect(try Self.isBanned(entry, organization: Self.firm))
        #expect(try !Self.isBanned(entry, organization: UUIDv7.make()))
        #expect(try !Self.isBanned(entry))
    }

    @Test func itHoldsFromItsFirstDayThroughItsLast() throws {
        let entry = Entry(from: .yesterday, to: .tomorrow)
        for (offset, isBanned) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            #expect(try Self.isBanned(entry, on: .today.adding(days: offset)) == isBanned)
        }
    }

    /// From the day on which it is lifted it stands in nobody's way; the days before are not made good by that.
    @Test func whatIsLiftedHeldUntilThen() throws {
        let entry = Entry(liftedDaysAgo: 3)
        #expect(try !Self.isBanned(entry))
        #expect(try !Self.isBanned(entry, on: .today.adding(days: -3)))
        #expect(try Self.isBanned(entry, on: .today.adding(days: -4)))
    }
}
