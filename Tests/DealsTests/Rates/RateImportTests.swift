import Contracts
import Foundation
import NIOCore
import RPC
import Testing

@testable import deals

/// A file of rates is set as a whole, by administrators, and is in the log.
struct RateImportTests {
    private static func send(
        _ text: String, _ desk: Desk, as person: Person, _ input: RateImport = RateImport()
    ) async throws -> RateImportResult {
        let body = BytesInput.joined(try StrictJSON.encode(input), ByteBuffer(string: text))
        let reply = try await desk.router.dispatch(
            DealMethods.importRates.entry, body: body, context: desk.context(person))
        return try JSONDecoder().decode(RateImportResult.self, from: Data(reply.body.readableBytesView))
    }

    private static let file = "Date,USD,JPY\n2026-10-30,1.0842,168.05\n2026-10-29,1.08,168\n"

    private static func rates(_ desk: Desk, as person: Person, on day: BusinessDate? = nil) async throws -> [String] {
        try await desk.call(DealMethods.rates, RateQuery(asOf: day), as: person).items.map {
            "\($0.base)/\($0.quote) \($0.rate.text)"
        }
    }

    @Test func aFileIsSetAndSetAgainChangesNothing() async throws {
        try await Desk.with { desk in
            let (admin, banker) = (desk.person(.admin), desk.person(.banker))
            let dry = try await Self.send(Self.file, desk, as: admin, RateImport(dryRun: true))
            #expect((dry.dryRun, dry.rates, dry.added, dry.replaced) == (true, 4, 4, 0))
            #expect(try await Self.rates(desk, as: banker).isEmpty)
            let done = try await Self.send(Self.file, desk, as: admin)
            #expect((done.dryRun, done.rates, done.added, done.unchanged) == (false, 4, 4, 0))
            #expect(done.from.text == "2026-10-29" && done.to.text == "2026-10-30")
            #expect(try await Self.rates(desk, as: banker) == ["EUR/JPY 168.05", "EUR/USD 1.0842"])
            let day = BusinessDate(text: "2026-10-29")
            #expect(try await Self.rates(desk, as: banker, on: day) == ["EUR/JPY 168", "EUR/USD 1.08"])
            let again = try await Self.send(Self.file, desk, as: admin)
            #expect((again.added, again.replaced, again.unchanged) == (0, 0, 4))
            let events = try await desk.events()
            #expect(events.map(\.type) == [EventType.ratesImported])
            let told = events.first?.changes.map { "\($0.field) \($0.after ?? "")" }
            #expect(told == ["rates 4", "added 4", "replaced 0", "from 2026-10-29", "to 2026-10-30"])
        }
    }

    @Test func whatIsReplacedIsInTheLogHoweverMuchItIs() async throws {
        try await Desk.with { desk in
            let admin = desk.person(.admin)
            let head = "base,quote,asOf,rate\n"
            func rows(_ rate: String) -> String {
                head
                    + (0..<450).map { "EUR,USD,\(BusinessDate.today.adding(days: -$0).text),\(rate)\n" }.joined()
            }
            _ = try await Self.send(rows("1.1"), desk, as: admin)
            let second = try await Self.send(rows("1.2"), desk, as: admin)
            #expect((second.added, second.replaced) == (0, 450))
            let replaced = try await desk.events().filter { $0.type == EventType.ratesChanged }
            #expect(replaced.map(\.changes.count) == [200, 200, 50])
            let first = replaced.first?.changes.first
            #expect(first == FieldChange("EUR/USD \(BusinessDate.today.text)", before: "1.1", after: "1.2"))
        }
    }

    @Test func aFileThatIsWrongSomewhereSetsNothing() async throws {
        try await Desk.with { desk in
            let admin = desk.person(.admin)
            let refused = try await fault("validation_failed") {
                try await Self.send(Self.file + "2026-10-28,x,1\n", desk, as: admin)
            }
            #expect(refused.details == ["lines[4].USD invalid"])
            #expect(try await Self.rates(desk, as: admin).isEmpty)
            let source = try await fault("validation_failed") {
                try await Self.send(Self.file, desk, as: admin, RateImport(source: ""))
            }
            #expect(source.details == ["source too_short"])
            #expect(try await desk.events().isEmpty)
            for role in Role.allCases where role != .admin {
                try await fault("forbidden") { try await Self.send(Self.file, desk, as: desk.person(role)) }
            }
        }
    }
}
