import Contracts
import Foundation
import NIOCore
import RPC
import Testing

@testable import deals

/// How far a counterparty is follows from its steps.
struct CounterpartyStandingTests {
    private static let added = BusinessDate.today.adding(days: -90)

    private static func step(
        _ kind: CounterpartyStepKind, _ daysAgo: Int, isVoid: Bool = false, reason: String? = nil, at order: Int64 = 0
    ) -> CounterpartyStep {
        var step = CounterpartyStep(
            id: UUIDv7.make(), counterpartyId: UUID(), step: kind, on: .today.adding(days: -daysAgo),
            recordedBy: UUID(), recordedAt: Instant(milliseconds: order))
        step.reason = reason
        if isVoid { step.voidedAt = Instant(milliseconds: order) }
        return step
    }

    private static func standing(_ steps: [CounterpartyStep]) -> CounterpartyStanding {
        CounterpartyStanding(steps, addedOn: added)
    }

    @Test func withoutStepsItIsIdentifiedSinceItWasAdded() {
        let standing = Self.standing([])
        #expect(standing.status == .identified && standing.furthest == .identified)
        #expect(standing.statusOn == Self.added && standing.daysText == "{}")
    }

    @Test func theFurthestStepCountsNotTheLatest() {
        let standing = Self.standing([
            Self.step(.cimSent, 30), Self.step(.contacted, 1), Self.step(.approvedByClient, 60),
        ])
        #expect(standing.status == .cimSent)
        #expect(standing.statusOn == .today.adding(days: -30))
        #expect(standing.approvedOn == .today.adding(days: -60))
    }

    @Test func aWayOutWinsAndTheWayStaysKnown() {
        let standing = Self.standing([
            Self.step(.passed, 20, reason: "price"), Self.step(.ioiReceived, 10), Self.step(.teaserSent, 40),
        ])
        #expect(standing.status == .passed && standing.statusOn == .today.adding(days: -20))
        #expect(standing.furthest == .ioiReceived)
        #expect(standing.passReason == "price" && standing.exclusionReason == nil)
        #expect(standing.leftOn == .today.adding(days: -20))
    }

    @Test func ofSeveralWaysOutTheLastCounts() {
        let first = Self.step(.passed, 5, reason: "size", at: 1)
        let second = Self.step(.rejectedByUs, 5, reason: "late", at: 2)
        for steps in [[first, second], [second, first]] {
            let standing = Self.standing(steps)
            #expect(standing.status == .rejectedByUs)
            #expect(standing.passReason == "size" && standing.exclusionReason == "late")
        }
    }

    @Test func whatIsVoidNeverWas() {
        let standing = Self.standing([
            Self.step(.contacted, 9), Self.step(.loiReceived, 3, isVoid: true),
            Self.step(.excluded, 2, isVoid: true, reason: "rival"),
        ])
        #expect(standing.status == .contacted && standing.exclusionReason == nil)
        #expect(Set(standing.days.keys) == [.contacted])
    }

    @Test func theFirstDayOfAStepCounts() {
        let standing = Self.standing([
            Self.step(.contacted, 3), Self.step(.contacted, 9), Self.step(.contacted, 6),
            Self.step(.passed, 2, reason: "a"), Self.step(.passed, 1, reason: "b"),
        ])
        #expect(standing.days[.contacted] == .today.adding(days: -9))
        #expect(standing.days[.passed] == .yesterday && standing.passReason == "b")
    }

    @Test func daysAreReadAsTheyWereWritten() throws {
        let all = CounterpartyStepKind.allCases
        for count in 0...all.count {
            let steps = all.prefix(count).enumerated().map { Self.step($1, 50 - $0, reason: $1.isExit ? "x" : nil) }
            let standing = Self.standing(Array(steps))
            let read = CounterpartyStanding.days(of: standing.daysText)
            #expect(read == Dictionary(uniqueKeysWithValues: standing.days.map { ($0.key.rawValue, $0.value) }))
            #expect(Data(standing.daysText.utf8) == (try StrictJSON.encode(read)))
        }
    }

    @Test func theOrderIsThatOfAProcess() {
        #expect(CounterpartyStepKind.onward.count == 16 && CounterpartyStepKind.exits.count == 3)
        #expect(CounterpartyStepKind.identified.place == 0 && CounterpartyStepKind.closed.place == 15)
        #expect(CounterpartyStepKind.passed.place == nil)
    }

    /// The list is put together from days that are JSON already; no text of anybody can be taken for them.
    @Test func theListIsWhatAnEncoderWouldWrite() throws {
        var rows: [(Counterparty, days: String)] = []
        for index in 0..<5 {
            let now = Instant(milliseconds: 0)
            var row = Counterparty(
                id: UUIDv7.make(), name: #"A "steps":{} \#(index)"#, kind: .other, addedBy: UUID(), addedAt: now,
                updatedAt: now, version: 1)
            row.notes = #"\"steps\":{} "steps":{}"#
            let steps = CounterpartyStepKind.allCases.prefix(index).map { Self.step($0, 7, reason: "x") }
            rows.append((row, days: Self.standing(Array(steps)).daysText))
        }
        let whole = rows.map { row, days in
            var row = row
            row.steps = CounterpartyStanding.days(of: days)
            return row
        }
        let text = try TrackerText.json(rows)
        #expect(Data(text.readableBytesView) == (try StrictJSON.encode(CounterpartyList(items: whole))))
    }

    /// The longest list that a deal can have is answered whole.
    @Test func theLongestListFitsIntoAFrame() throws {
        let count = CounterpartyRows.counterpartiesMax
        let now = Instant(milliseconds: 1_700_000_000_000)
        let days = Self.standing(CounterpartyStepKind.allCases.map { Self.step($0, 7, reason: "x") }).daysText
        var row = Counterparty(
            id: UUIDv7.make(), name: String(repeating: "n", count: 24), kind: .familyOffice, addedBy: UUID(),
            addedAt: now, updatedAt: now, version: 1000)
        (row.organizationId, row.contactPersonId, row.coveredBy) = (UUID(), UUID(), UUID())
        (row.tier, row.country, row.priority, row.contactPersonName) = ("A", "DE", .critical, "Ada Lovelace")
        (row.approvedByClient, row.approvedOn, row.nextActionOn) = (true, .today, .today)
        (row.codeAlias, row.nextAction, row.passReason, row.exclusionReason) = ("a", "b", "c", "d")
        row.status = .processLetterSent
        row.notes = String(repeating: "x", count: CounterpartyRows.textBytesMax / count - 28)
        let text = try TrackerText.json((0..<count).map { _ in (row, days: days) })
        #expect(text.readableBytes < RPCLimits().frameBytesMax)
    }
}
