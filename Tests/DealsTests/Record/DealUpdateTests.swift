import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct DealUpdateTests {
    @Test func anUpdateCountsTheVersionAndTellsWhatChanged() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            desk.clock.advance(seconds: 5)
            let changed = try await desk.update(deal, as: banker) {
                $0.sector = .set("Food")
                $0.nextStep = .set("call")
            }
            #expect(changed.version == 2 && changed.updatedAt == deal.updatedAt.advanced(bySeconds: 5))
            let event = try #require(try await desk.events().last)
            #expect(event.type == EventType.dealUpdated && event.version == 2 && event.subject.number == deal.number)
            #expect(event.actor.id == banker.id.text && event.requestId == "request-1")
            #expect(
                event.changes == [
                    FieldChange("sector", before: nil, after: "Food"),
                    FieldChange("nextStep", before: nil, after: "call"),
                ])
        }
    }

    @Test func anUpdateNeedsTheVersionThatWasRead() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            try await fault("version_required") {
                try await desk.call(DealMethods.update, DealPatch(), as: banker, on: [deal.id.text])
            }
            let changed = try await desk.update(deal, as: banker) { $0.sector = .set("Food") }
            let refused = try await fault("version_mismatch") {
                try await desk.update(deal, as: banker) { $0.sector = .set("Steel") }
            }
            #expect(refused.status == .aborted)
            let current = try #require(refused.current)
            #expect(try JSONDecoder().decode(Deal.self, from: Data(current.utf8)) == changed)
        }
    }

    @Test func ofTwoPatchesOfOneVersionExactlyOneWins() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            var deal = try await desk.deal("Falcon", by: banker)
            for round in 1...20 {
                let read = deal
                let outcomes = await withTaskGroup(of: Result<Deal, any Error>.self) { group in
                    for writer in 1...4 {
                        group.addTask {
                            do {
                                return .success(
                                    try await desk.update(read, as: banker) {
                                        $0.nextStep = .set("\(round) by \(writer)")
                                    })
                            } catch { return .failure(error) }
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                let winners = outcomes.compactMap { try? $0.get() }
                #expect(winners.count == 1)
                deal = try await desk.get(deal, as: banker)
                #expect(winners == [deal])
                let losers = outcomes.compactMap { outcome -> RPCFault? in
                    if case .failure(let error) = outcome { error as? RPCFault } else { nil }
                }
                #expect(losers.map(\.code) == ["version_mismatch", "version_mismatch", "version_mismatch"])
            }
            #expect(try await desk.events().count == 21)
        }
    }

    @Test func aPatchOfNothingChangesNothing() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            #expect(try await desk.update(deal, as: banker) { $0.codeName = .set("Falcon") } == deal)
            #expect(try await desk.events().count == 1)
        }
    }

    @Test func nullEmptiesWhatMayBeEmpty() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let filled = try await desk.send(
                DealMethods.update, json: #"{"sector":"Food","value":{"amount":"10.50","currency":"USD"}}"#, as: banker,
                on: [deal.id.text], ifMatch: 1)
            #expect(filled.sector == "Food" && filled.value?.minorUnits == 1050)
            let emptied = try await desk.send(
                DealMethods.update, json: #"{"sector":null,"value":null}"#, as: banker, on: [deal.id.text], ifMatch: 2)
            #expect(emptied.sector == nil && emptied.value == nil)
            let refused = try await fault("validation_failed") {
                try await desk.send(
                    DealMethods.update, json: #"{"codeName":null,"leadId":null,"confidentiality":null}"#, as: banker,
                    on: [deal.id.text], ifMatch: 3)
            }
            #expect(refused.details == ["codeName required", "confidentiality required", "leadId required"])
        }
    }

    @Test func aProbabilityIsManualUntilItIsNull() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let manual = try await desk.update(deal, as: banker) { $0.probability = .set(0) }
            #expect(manual.probability == 0 && manual.probabilitySource == .manual)
            let default5 = try await desk.update(manual, as: banker) { $0.probability = .clear }
            #expect(default5.probability == 5 && default5.probabilitySource == .stage)
            let refused = try await fault("validation_failed") {
                try await desk.update(default5, as: banker) { $0.probability = .set(101) }
            }
            #expect(refused.details == ["probability out_of_range"])
        }
    }

    @Test func aBankerOnlyAsksForTheConflictCheck() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            for status in ConflictStatus.allCases where status != .pending && status != .notStarted {
                let refused = try await fault("validation_failed") {
                    try await desk.update(deal, as: banker) { $0.conflictStatus = .set(status) }
                }
                #expect(refused.details == ["conflictStatus compliance_decides"])
            }
            let asked = try await desk.update(deal, as: banker) { $0.conflictStatus = .set(.pending) }
            #expect(asked.conflictStatus == .pending)
            try await fault("validation_failed") {
                try await desk.update(asked, as: banker) { $0.conflictStatus = .set(.notStarted) }
            }
        }
    }

    @Test func theLeadGoesToAMemberWhoManages() async throws {
        try await Desk.with { desk in
            let (banker, second, third) = (desk.person(.banker), desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.add(second, to: deal, by: banker, access: .edit)
            _ = try await desk.add(third, to: deal, by: banker, access: .manage)
            for unfit in [second.id, UUIDv7.make()] {
                let refused = try await fault("validation_failed") {
                    try await desk.update(deal, as: banker) { $0.leadId = .set(unfit) }
                }
                #expect(refused.details == ["leadId not_a_manager"])
            }
            try await fault("access_too_low") { try await desk.update(deal, as: second) { $0.leadId = .set(third.id) } }
            #expect(try await desk.update(deal, as: banker) { $0.leadId = .set(third.id) }.leadId == third.id)
        }
    }

    @Test func eventsOfASecretDealCarryIdsOnly() async throws {
        try await Desk.with { desk in
            let (banker, second) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker, confidentiality: .secret)
            _ = try await desk.update(deal, as: banker) { $0.sector = .set("Food") }
            _ = try await desk.add(second, to: deal, by: banker, access: .edit)
            _ = try await desk.move(deal, to: "lost", as: banker, reason: "price")
            let counterparty = NewCounterparty(name: "Borealis", kind: .strategic)
            _ = try await desk.call(DealMethods.addCounterparty, counterparty, as: banker, on: [deal.id.text])
            let events = try await desk.events()
            #expect(events.count == 5)
            #expect(events.flatMap(\.changes).map(\.field) == ["counterpartyId"])
            #expect(events.allSatisfy { $0.subject.number == nil && $0.subject.id == deal.id.text })
        }
    }

    @Test func aDealThatBecomesSecretTellsNothingOfWhatItWas() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let secret = try await desk.update(deal, as: banker) { $0.confidentiality = .set(.secret) }
            #expect(try await desk.events().last?.changes == [])
            _ = try await desk.update(secret, as: banker) { $0.confidentiality = .set(.internal) }
            #expect(try await desk.events().last?.changes == [])
        }
    }

    @Test func longTextIsCutInEvents() throws {
        let identity = RPCIdentity(subject: UUID(), session: UUID(), roles: Role.banker.bits)
        let caller = try Caller(RPCContext(peer: "gateway", identity: identity), may: .createDeals, now: .now)
        let before = DealForm(
            NewDeal(codeName: "Falcon", type: .leveragedFinance, clientName: "Aurora"),
            in: .builtIn(for: .leveragedFinance), by: caller
        ).deal
        var deal = before
        deal.description = String(repeating: "x", count: 5000)
        let changes = DealChanges.between(before, deal)
        #expect(changes.map(\.field) == ["description"])
        #expect(changes.first?.after?.unicodeScalars.count == DealChanges.displayScalarsMax + 1)
    }

    @Test func nothingThatFailsLeavesAnEvent() async throws {
        try await Desk.with { desk in
            let (banker, outsider) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker)
            let count = try await desk.events().count
            try await fault("validation_failed") { try await desk.update(deal, as: banker) { $0.country = .set("x") } }
            try await fault("version_mismatch") {
                try await desk.update(deal, as: banker, version: 7) { $0.sector = .set("Food") }
            }
            try await fault("not_found") { try await desk.update(deal, as: outsider) { $0.sector = .set("Food") } }
            try await fault("rules_unmet") { try await desk.move(deal, to: "mandated", as: banker) }
            try await fault("already_member") { try await desk.add(banker, to: deal, by: banker, access: .read) }
            #expect(try await desk.events().count == count)
            #expect(try await desk.get(deal, as: banker) == deal)
        }
    }
}
