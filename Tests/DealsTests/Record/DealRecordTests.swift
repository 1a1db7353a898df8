import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct DealRecordTests {
    @Test func aNewDealStandsAtTheStartAndBelongsToItsCreator() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            #expect(deal.number == "D-2026-0001" && deal.version == 1 && deal.leadId == banker.id)
            #expect(deal.stage == "origination" && deal.probability == 5 && deal.status == .active)
            #expect(deal.confidentiality == .confidential && deal.originatedOn == .today)
            let team = try await desk.call(DealMethods.team, Nothing(), as: banker, on: [deal.id.text]).items
            #expect(team.map(\.userId) == [banker.id])
            #expect(team.first?.role == .lead && team.first?.access == .manage)
            #expect(team.first?.reason == "created the deal" && team.first?.name == banker.user().name)
            #expect(try await desk.get(deal, as: banker) == deal)
        }
    }

    @Test func everyFieldIsKept() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let usd = try #require(Currency(code: "USD"))
            let new = NewDeal(
                codeName: "Falcon", type: .ecmIPO, clientName: "Aurora", realName: "Aurora listing", sector: "Food",
                country: "DE", description: "Line one\nline two",
                value: Money(minorUnits: 125_000_000_000, currency: usd),
                confidentiality: .secret, originatedOn: .yesterday, expectedCloseOn: .tomorrow, nextStep: "call")
            let deal = try await desk.call(DealMethods.create, new, as: banker)
            let read = try await desk.get(deal, as: banker)
            #expect(read == deal && read.value == new.value && read.description == new.description)
            #expect(
                read.originatedOn == .yesterday && read.stageEnteredOn == .yesterday
                    && read.expectedCloseOn == .tomorrow)
            #expect(read.confidentiality == .secret && read.realName == "Aurora listing" && read.country == "DE")
        }
    }

    @Test func aDealIsFoundByItsNumberToo() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            #expect(try await desk.call(DealMethods.get, Nothing(), as: banker, on: [deal.number]) == deal)
            #expect(try await desk.call(DealMethods.get, Nothing(), as: banker, on: [deal.id.uuidString]) == deal)
        }
    }

    @Test func numbersRisePerYear() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            #expect(try await desk.deal("One", by: banker).number == "D-2026-0001")
            #expect(try await desk.deal("Two", by: banker).number == "D-2026-0002")
            try await fault("validation_failed") { try await desk.deal("Two", by: banker) }
            #expect(try await desk.deal("Three", by: banker).number == "D-2026-0003")
            desk.clock.advance(days: 60)
            #expect(try await desk.deal("Four", by: banker).number == "D-2027-0001")
        }
    }

    @Test func numbersReadBackAndSortBeyondFourDigits() {
        #expect(DealNumber(year: 2026, count: 12_345).text == "D-2026-12345")
        #expect(DealNumber(text: "D-2026-12345") == DealNumber(year: 2026, count: 12_345))
        #expect(DealNumber(year: 2026, count: 9999).order < DealNumber(year: 2026, count: 10_000).order)
        for bad in [
            "", "D-2026-1", "D-2026-00001", "d-2026-0001", "D-26-0001", "D-2026-0000", "D-2026-+001", "D-2026-0001-",
        ] {
            #expect(DealNumber(text: bad) == nil, "\(bad)")
        }
    }

    @Test func allThatIsWrongIsSaidAtOnce() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let usd = try #require(Currency(code: "USD"))
            let new = NewDeal(
                codeName: "F", type: .sellSideMA, clientName: " ", sector: String(repeating: "x", count: 81),
                country: "de",
                value: Money(minorUnits: -1, currency: usd), originatedOn: .tomorrow, nextStep: "a\u{0}b")
            let refused = try await fault("validation_failed") {
                try await desk.call(DealMethods.create, new, as: banker)
            }
            #expect(refused.status == .invalidArgument)
            #expect(
                refused.details == [
                    "codeName too_short", "clientName too_short", "sector too_long", "nextStep invalid",
                    "country invalid",
                    "value.amount out_of_range", "originatedOn in_future",
                ])
            #expect(try await desk.list(as: banker).items.isEmpty)
            #expect(try await desk.events().isEmpty)
        }
    }

    @Test func onlyBankersCreateDeals() async throws {
        try await Desk.with { desk in
            for role in Role.allCases where role != .banker {
                let person = desk.person(role)
                try await fault("forbidden") { try await desk.deal("Falcon", by: person) }
            }
            let new = NewDeal(codeName: "Falcon", type: .leveragedFinance, clientName: "Aurora")
            try await fault("unauthenticated") { try await desk.call(DealMethods.create, new, as: nil) }
        }
    }

    @Test func aTakenCodeNameLooksLikeOneThatNamesTheClient() async throws {
        try await Desk.with { desk in
            let (owner, other) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Blue  Falcon", by: owner, confidentiality: .secret)
            let taken = try await fault("validation_failed") { try await desk.deal("BLUE falcon", by: other) }
            let telling = try await fault("validation_failed") {
                try await desk.deal("Project Aurora Foods", by: other, client: "aurora  foods")
            }
            #expect(taken == telling)
            #expect(taken.details == ["codeName not_available"])
            let own = try await desk.update(deal, as: owner) { $0.codeName = .set("blue falcon") }
            #expect(own.codeName == "blue falcon")
        }
    }

    /// Who tries names must do so by requests that would succeed, and these leave a deal and an event behind.
    @Test func aRefusedRequestDoesNotTellWhetherANameIsTaken() async throws {
        try await Desk.with { desk in
            let (owner, other) = (desk.person(.banker), desk.person(.banker))
            _ = try await desk.deal("Falcon", by: owner, confidentiality: .secret)
            let own = try await desk.deal("Heron", by: other)
            func answers(_ name: String) async throws -> [RPCFault] {
                let bad = NewDeal(codeName: name, type: .sellSideMA, clientName: "Zzz", country: "x")
                var fields = DealPatch()
                fields.codeName = .set(name)
                let move = Move(toStage: "nowhere", fields: fields)
                return [
                    try await fault("validation_failed") { try await desk.call(DealMethods.create, bad, as: other) },
                    try await fault("validation_failed") {
                        try await desk.call(DealMethods.move, move, as: other, on: [own.number])
                    },
                ]
            }
            let (taken, free) = (try await answers("Falcon"), try await answers("Osprey"))
            #expect(taken == free)
        }
    }

    @Test func anotherClientHasToBeClearedAnew() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let deal = try await desk.deal("Falcon", by: banker)
            let cleared = try await desk.call(
                DealMethods.decideConflict, ConflictDecision(decision: .cleared), as: compliance, on: [deal.number])
            #expect(cleared.conflictStatus == .cleared)
            let renamed = try await desk.update(cleared, as: banker) { $0.clientName = .set("Somebody Else") }
            #expect(renamed.conflictStatus == .pending)
        }
    }

    @Test func aRepeatedRequestCreatesOneDeal() async throws {
        try await Desk.with { desk in
            let (banker, other) = (desk.person(.banker), desk.person(.banker))
            let new = NewDeal(codeName: "Falcon", type: .sellSideMA, clientName: "Aurora")
            let first = try await desk.call(DealMethods.create, new, as: banker, key: "k-1")
            _ = try await desk.update(first, as: banker) { $0.sector = .set("Food") }
            // What was answered then, however the deal stands now.
            let again = try await desk.call(DealMethods.create, new, as: banker, key: "k-1")
            #expect(again == first)
            #expect(try await desk.list(as: banker).items.count == 1)
            #expect(try await desk.events().count == 2)
            let otherBody = NewDeal(codeName: "Hawk", type: .sellSideMA, clientName: "Aurora")
            let refused = try await fault("idempotency_key_reused") {
                try await desk.call(DealMethods.create, otherBody, as: banker, key: "k-1")
            }
            #expect(refused.status == .failedPrecondition)
            #expect(try await desk.call(DealMethods.create, otherBody, as: other, key: "k-1").number == "D-2026-0002")
        }
    }

    @Test func aKeyIsForgottenAfterADayAndHasALimit() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let one = NewDeal(codeName: "Falcon", type: .sellSideMA, clientName: "Aurora")
            let two = NewDeal(codeName: "Hawk", type: .sellSideMA, clientName: "Aurora")
            _ = try await desk.call(DealMethods.create, one, as: banker, key: "k")
            desk.clock.advance(days: 1, seconds: 1)
            #expect(try await desk.call(DealMethods.create, two, as: banker, key: "k").codeName == "Hawk")
            let long = String(repeating: "k", count: 129)
            try await fault("validation_failed") { try await desk.call(DealMethods.create, one, as: banker, key: long) }
        }
    }

    @Test func namesAreAskedForOnceInAWhile() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            _ = try await desk.deal("One", by: banker)
            _ = try await desk.deal("Two", by: banker)
            #expect(desk.people.questions == 1)
            desk.clock.advance(seconds: UserNames.secondsMax)
            _ = try await desk.deal("Three", by: banker)
            #expect(desk.people.questions == 2)
        }
    }
}
