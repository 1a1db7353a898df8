import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// One field of a deal that a patch may fill and empty.
private struct Field {
    let name: String
    let fill: (inout DealPatch, inout Deal, inout SeededRandom) -> Void
    let empty: (inout DealPatch, inout Deal) -> Void

    init<Value>(
        _ name: String, _ patch: WritableKeyPath<DealPatch, Patch<Value>?>, _ path: WritableKeyPath<Deal, Value?>,
        _ value: @escaping (inout SeededRandom) -> Value
    ) {
        self.name = name
        fill = {
            let new = value(&$2)
            $0[keyPath: patch] = .set(new)
            $1[keyPath: path] = new
        }
        empty = {
            $0[keyPath: patch] = .clear
            $1[keyPath: path] = nil
        }
    }

    /// Of a field that is never empty.
    init<Value: CaseIterable>(
        _ name: String, _ patch: WritableKeyPath<DealPatch, Patch<Value>?>, _ path: WritableKeyPath<Deal, Value>
    ) {
        self.name = name
        fill = {
            guard let new = Value.allCases.randomElement(using: &$2) else { return }
            $0[keyPath: patch] = .set(new)
            $1[keyPath: path] = new
        }
        empty = { _, _ in }
    }

    static func word(_ random: inout SeededRandom) -> String {
        "word \(UInt16.random(in: .min ... .max, using: &random))"
    }
    static func pastDay(_ random: inout SeededRandom) -> BusinessDate {
        .today.adding(days: Int.random(in: -2000...0, using: &random))
    }
    static func anyDay(_ random: inout SeededRandom) -> BusinessDate {
        .today.adding(days: Int.random(in: -2000...2000, using: &random))
    }
    /// Of no, two and three digits.
    static let currencies = ["JPY", "USD", "KWD"].compactMap(Currency.init(code:))
    static func money(_ random: inout SeededRandom) -> Money {
        let currency = currencies[Int.random(in: currencies.indices, using: &random)]
        return Money(minorUnits: Int64.random(in: 0...Int64.max / 2, using: &random), currency: currency)
    }

    static var all: [Field] {
        [
            Field("targetName", \.targetName, \.targetName, word), Field("subSector", \.subSector, \.subSector, word),
            Field("region", \.region, \.region, word), Field("office", \.office, \.office, word),
            Field("coverageGroup", \.coverageGroup, \.coverageGroup, word), Field("source", \.source, \.source, word),
            Field("lostTo", \.lostTo, \.lostTo, word), Field("sector", \.sector, \.sector, word),
            Field("realName", \.realName, \.realName, word), Field("value", \.value, \.value, money),
            Field("enterpriseValue", \.enterpriseValue, \.enterpriseValue, money),
            Field("equityValue", \.equityValue, \.equityValue, money),
            Field("stakeBps", \.stakeBps, \.stakeBps) { Int.random(in: 0...10_000, using: &$0) },
            Field("mandatedOn", \.mandatedOn, \.mandatedOn, pastDay),
            Field("signedOn", \.signedOn, \.signedOn, pastDay),
            Field("announcedOn", \.announcedOn, \.announcedOn, pastDay),
            Field("expectedAnnounceOn", \.expectedAnnounceOn, \.expectedAnnounceOn, anyDay),
            Field("nextMilestoneOn", \.nextMilestoneOn, \.nextMilestoneOn, anyDay),
            Field("reviewOn", \.reviewOn, \.reviewOn, anyDay),
            Field("expectedCloseOn", \.expectedCloseOn, \.expectedCloseOn, anyDay),
            Field("priority", \.priority, \.priority), Field("valueBasis", \.valueBasis, \.valueBasis),
            Field("forecastCategory", \.forecastCategory, \.forecastCategory),
        ]
    }
}

struct DealFactsTests {
    @Test(arguments: 1...10)
    func whatAPatchSaysIsWhatIsReadAndNothingElseChanges(seed: UInt64) async throws {
        try await Desk.with { desk in
            var random = SeededRandom(state: seed)
            let banker = desk.person(.banker)
            var deal = try await desk.deal("Falcon", by: banker)
            for _ in 0..<25 {
                var (patch, expected) = (DealPatch(), deal)
                for field in Field.all where Int.random(in: 0..<4, using: &random) == 0 {
                    if Bool.random(using: &random) {
                        field.fill(&patch, &expected, &random)
                    } else {
                        field.empty(&patch, &expected)
                    }
                }
                let names = DealChanges.between(deal, expected).map(\.field)
                if expected != deal { expected.version += 1 }
                deal = try await desk.call(
                    DealMethods.update, patch, as: banker, on: [deal.id.text], ifMatch: deal.version)
                #expect(deal == expected)
                #expect(try await desk.get(deal, as: banker) == expected)
                #expect(try await desk.list(as: banker).items == [expected])
                if !names.isEmpty { #expect(try await desk.events().last?.changes.map(\.field) == names) }
            }
        }
    }

    @Test func aNewDealMayHaveAllOfItAtOnce() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.send(
                DealMethods.create,
                json: """
                    {"codeName":"Falcon","type":"buy_side_ma","clientName":"Aurora","targetName":"Borealis",
                    "subSector":"Dairy","region":"Nordics","office":"Oslo","coverageGroup":"Consumer","source":"Referral",
                    "priority":"critical","enterpriseValue":{"amount":"1200","currency":"JPY"},
                    "equityValue":{"amount":"1.234","currency":"KWD"},"valueBasis":"announced","stakeBps":5100,
                    "forecastCategory":"best_case","mandatedOn":"2026-10-01","signedOn":"2026-10-02",
                    "announcedOn":"2026-10-03","expectedAnnounceOn":"2027-01-01","nextMilestoneOn":"2026-12-01",
                    "legalHold":true,"retentionUntil":"2033-12-31","tags":["Food"," carve-out ","food"]}
                    """, as: banker)
            #expect(deal.targetName == "Borealis" && deal.priority == .critical && deal.stakeBps == 5100)
            #expect(deal.enterpriseValue?.minorUnits == 1200 && deal.equityValue?.minorUnits == 1234)
            #expect(deal.valueBasis == .announced && deal.forecastCategory == .bestCase && deal.legalHold)
            #expect(deal.tags == ["carve-out", "food"] && deal.retentionUntil?.text == "2033-12-31")
            #expect(try await desk.get(deal, as: banker) == deal)
            #expect(try await desk.list(DealQuery(q: "boreal"), as: banker).items == [deal])
        }
    }

    @Test func everyWrongFieldIsNamedAtOnce() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let refused = try await fault("validation_failed") {
                try await desk.send(
                    DealMethods.update,
                    json: """
                        {"targetName":"","office":"\(String(repeating: "x", count: 81))","priority":null,
                        "enterpriseValue":{"amount":"-1","currency":"USD"},"stakeBps":10001,"mandatedOn":"2026-11-03",
                        "valueBasis":null,"legalHold":null,"tags":["ok","","\(String(repeating: "y", count: 41))"]}
                        """, as: banker, on: [deal.id.text], ifMatch: 1)
            }
            #expect(
                Set(refused.details) == [
                    "targetName too_short", "office too_long", "priority required", "valueBasis required",
                    "enterpriseValue.amount out_of_range", "stakeBps out_of_range", "mandatedOn in_future",
                    "legalHold required", "tags[1] too_short", "tags[2] too_long",
                ])
            for json in [
                #"{"priority":"huge"}"#, #"{"deletedAt":"2026-11-02T09:00:00Z"}"#, #"{"lastActivityAt":null}"#,
                #"{"enterpriseValue":{"amount":"1.5","currency":"JPY"}}"#, #"{"stakeBps":"50"}"#,
            ] {
                try await fault("validation_failed") {
                    try await desk.send(DealMethods.update, json: json, as: banker, on: [deal.id.text], ifMatch: 1)
                }
            }
        }
    }

    @Test func theCodeNameHidesTheTargetToo() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Project Borealis", by: banker)
            let refused = try await fault("validation_failed") {
                try await desk.update(deal, as: banker) { $0.targetName = .set("Borealis") }
            }
            #expect(refused.errors == [.codeNameNotAvailable])
        }
    }

    @Test func whatIsSaidOfADealOnHoldOrLostEndsWithThat() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let deal = try await desk.deal("Falcon", by: banker)
            let held = try await desk.move(deal, to: "on_hold", as: banker, reason: "markets") {
                $0.reviewOn = .set(.tomorrow)
            }
            #expect(held.status == .onHold && held.reviewOn == .tomorrow)
            let active = try await desk.move(held, to: "active", as: banker)
            #expect(active.status == .active && active.reviewOn == nil)
            let lost = try await desk.move(active, to: "lost", as: banker, reason: "price") {
                $0.lostTo = .set("Another bank")
            }
            #expect(lost.lostTo == "Another bank")
            let asked = try await desk.ask(.reopen, on: lost, by: banker)
            _ = try await desk.decide(.approve, asked, on: lost, as: compliance)
            let reopened = try await desk.move(lost, to: lost.stage, as: banker, reason: "they came back")
            #expect(reopened.status == .active && reopened.lostTo == nil)
        }
    }

    @Test func theLatestActivityIsKnownAndIsNoChangeOfTheDeal() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            #expect(try await desk.get(deal, as: banker).lastActivityAt == nil)
            let now = desk.clock.now()
            let earlier = now.advanced(bySeconds: -3600)
            let first = try await desk.write("called", on: deal, as: banker, at: earlier)
            #expect(try await desk.get(deal, as: banker).lastActivityAt == earlier)
            let second = try await desk.write("met", on: deal, as: banker, at: now)
            _ = try await desk.write("long ago", on: deal, as: banker, at: now.advanced(bySeconds: -86_400))
            let read = try await desk.get(deal, as: banker)
            #expect(read.lastActivityAt == now && read.version == 1 && read.updatedAt == deal.updatedAt)
            #expect(try await desk.list(as: banker).items == [read])
            let changed = try await desk.update(deal, as: banker) { $0.sector = .set("Food") }
            #expect(changed.lastActivityAt == now)
            try await desk.remove(second, from: deal, as: banker)
            #expect(try await desk.get(deal, as: banker).lastActivityAt == first.occurredAt)
        }
    }
}
