import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

/// Steps are recorded, judged and made void; the counterparty moves with them.
struct CounterpartyStepTests {
    @Test func aStepMovesItsCounterpartyAndTheLogKeepsIt() async throws {
        try await Desk.with { desk in
            let (lead, reader) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: lead)
            _ = try await desk.add(reader, to: deal, by: lead, access: .read)
            let buyer = try await desk.counterparty("Borealis", on: deal, by: lead, approved: true)
            let step = try await desk.step(.contacted, of: buyer, on: deal, as: lead, day: .yesterday)
            #expect(step.counterpartyId == buyer.id && step.on == .yesterday && step.recordedBy == lead.id)
            let event = try #require(try await desk.events().last)
            #expect(event.type == EventType.dealCounterpartyStepRecorded)
            #expect(event.changes.contains(FieldChange("step", before: nil, after: "contacted")))
            #expect(
                event.changes.last == FieldChange("status", before: "approved_by_client", after: "contacted"))
            let now = try #require(try await desk.counterparty(buyer, on: deal, as: reader))
            #expect(now.status == .contacted && now.statusOn == .yesterday && now.version == buyer.version)
            #expect(now.steps["contacted"] == .yesterday)
            #expect(
                try await desk.steps(of: buyer, on: deal, as: reader).map(\.step) == [.contacted, .approvedByClient])
            try await fault("access_too_low") { try await desk.step(.ndaSigned, of: buyer, on: deal, as: reader) }
        }
    }

    @Test func stepsAreBackDatedAndNeverAhead() async throws {
        try await Desk.with { desk in
            let lead = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: lead)
            let buyer = try await desk.counterparty("Borealis", on: deal, by: lead, approved: true)
            let ahead = try await fault("validation_failed") {
                try await desk.step(.contacted, of: buyer, on: deal, as: lead, day: .tomorrow)
            }
            #expect(ahead.details == ["on in_future"])
            try await desk.step(.contacted, of: buyer, on: deal, as: lead)
            try await desk.step(.contacted, of: buyer, on: deal, as: lead, day: .today.adding(days: -50))
            let now = try #require(try await desk.counterparty(buyer, on: deal, as: lead))
            #expect(now.statusOn == .today.adding(days: -50))
            // The client had not approved it by then.
            let early = try await fault("step_not_allowed") {
                try await desk.step(.teaserSent, of: buyer, on: deal, as: lead, day: .today.adding(days: -900))
            }
            #expect(early.details == ["approvedByClient client_approval_missing"])
        }
    }

    @Test func aMemorandumWantsAnNDAOfThatDay() async throws {
        try await Desk.with { desk in
            let lead = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: lead)
            let buyer = try await desk.counterparty("Borealis", on: deal, by: lead)
            let refused = try await fault("step_not_allowed") {
                try await desk.step(.cimSent, of: buyer, on: deal, as: lead)
            }
            #expect(refused.details == ["approvedByClient client_approval_missing", "ndas nda_missing"])
            try await desk.step(.approvedByClient, of: buyer, on: deal, as: lead, day: .today.adding(days: -60))
            // That it was signed is a fact; the agreement itself is what counts.
            try await desk.step(.ndaSigned, of: buyer, on: deal, as: lead, day: .today.adding(days: -20))
            try await fault("step_not_allowed") { try await desk.step(.cimSent, of: buyer, on: deal, as: lead) }
            _ = try await desk.nda(
                with: buyer, on: deal, by: lead, executedOn: .today.adding(days: -20), expiresOn: .yesterday)
            let over = try await fault("step_not_allowed") {
                try await desk.step(.cimSent, of: buyer, on: deal, as: lead)
            }
            #expect(over.details == ["ndas nda_expired"])
            try await desk.step(.cimSent, of: buyer, on: deal, as: lead, day: .yesterday)
            #expect(try await desk.counterparty(buyer, on: deal, as: lead)?.status == .cimSent)
        }
    }

    @Test func whoLeavesSaysWhyAndIsNotApproachedAnyMore() async throws {
        try await Desk.with { desk in
            let lead = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: lead)
            let buyer = try await desk.counterparty("Borealis", on: deal, by: lead, approved: true)
            let silent = try await fault("validation_failed") {
                let new = NewCounterpartyStep(step: .passed, on: .today)
                return try await desk.call(
                    DealMethods.addCounterpartyStep, new, as: lead, on: [deal.id.text, buyer.id.text])
            }
            #expect(silent.details == ["reason required"])
            let chatty = try await fault("validation_failed") {
                try await desk.step(.contacted, of: buyer, on: deal, as: lead, reason: "because")
            }
            #expect(chatty.details == ["reason not_allowed"])
            let passed = try await desk.step(
                .passed, of: buyer, on: deal, as: lead, day: .yesterday, reason: "too small")
            let gone = try #require(try await desk.counterparty(buyer, on: deal, as: lead))
            #expect(gone.status == .passed && gone.passReason == "too small")
            let refused = try await fault("step_not_allowed") {
                try await desk.step(.contacted, of: buyer, on: deal, as: lead)
            }
            #expect(refused.details == ["step counterparty_left"])
            try await desk.void(passed, on: deal, as: lead)
            try await desk.step(.contacted, of: buyer, on: deal, as: lead)
            let back = try #require(try await desk.counterparty(buyer, on: deal, as: lead))
            #expect(back.status == .contacted && back.passReason == nil)
        }
    }

    @Test func aStepIsMadeVoidOnceAndStays() async throws {
        try await Desk.with { desk in
            let lead = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: lead)
            let buyer = try await desk.counterparty("Borealis", on: deal, by: lead)
            let other = try await desk.counterparty("Contoso", on: deal, by: lead)
            let step = try await desk.step(.ioiReceived, of: buyer, on: deal, as: lead)
            let voided = try await desk.void(step, on: deal, as: lead)
            #expect(voided.voidReason == "wrong buyer" && voided.voidedBy == lead.id && voided.voidedAt != nil)
            #expect(try await desk.events().last?.type == EventType.dealCounterpartyStepVoided)
            #expect(try await desk.steps(of: buyer, on: deal, as: lead) == [voided])
            #expect(try await desk.counterparty(buyer, on: deal, as: lead)?.status == .identified)
            try await fault("step_void") { try await desk.void(step, on: deal, as: lead) }
            try await fault("not_found") {
                try await desk.call(
                    DealMethods.voidCounterpartyStep, StepVoiding(reason: "x"), as: lead,
                    on: [deal.id.text, other.id.text, step.id.text])
            }
            // What was only ever void is no history.
            try await desk.remove(buyer, from: deal, as: lead)
            for sql in [
                "DELETE FROM counterparty_step", "UPDATE counterparty_step SET on_day = '2020-01-01'",
                "UPDATE counterparty_step SET void_reason = 'other'", "DELETE FROM counterparty",
            ] {
                await #expect(throws: (any Error).self) {
                    try await desk.store.write { db in try db.execute(sql: sql) }
                }
            }
        }
    }

    @Test func aDocumentOfTheDealBelongsToAStep() async throws {
        try await Desk.with { desk in
            let lead = desk.person(.banker)
            let (deal, hawk) = (try await desk.deal("Falcon", by: lead), try await desk.deal("Hawk", by: lead))
            let (own, other) = (try await desk.link(in: deal, as: lead), try await desk.link(in: hawk, as: lead))
            let buyer = try await desk.counterparty("Borealis", on: deal, by: lead)
            func record(_ document: UUID) async throws -> CounterpartyStep {
                let new = NewCounterpartyStep(
                    step: .loiReceived, on: .today, direction: .received, note: "binding", documentId: document)
                return try await desk.call(
                    DealMethods.addCounterpartyStep, new, as: lead, on: [deal.id.text, buyer.id.text])
            }
            let step = try await record(own.id)
            #expect(step.documentId == own.id && step.direction == .received && step.note == "binding")
            let refused = try await fault("validation_failed") { try await record(other.id) }
            #expect(refused.details == ["documentId unknown_document"])
        }
    }

    @Test func theSameStepForManyIsAnsweredOneByOne() async throws {
        try await Desk.with { desk in
            let lead = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: lead)
            let good = try await desk.counterparty("Borealis", on: deal, by: lead, approved: true)
            let bad = try await desk.counterparty("Contoso", on: deal, by: lead)
            let ids = [good.id, bad.id, UUIDv7.make()]
            func send(_ ids: [UUID], dryRun: Bool) async throws -> CounterpartyStepBulkResult {
                let bulk = CounterpartyStepBulk(
                    counterpartyIds: ids, step: .contacted, on: .today, note: "first calls", dryRun: dryRun)
                return try await desk.call(DealMethods.addCounterpartySteps, bulk, as: lead, on: [deal.id.text])
            }
            let before = try await desk.events().count
            let trial = try await send(ids, dryRun: true)
            #expect(trial.dryRun && trial.items.map(\.status) == [.contacted, nil, nil])
            #expect(try await desk.events().count == before)
            #expect(try await desk.counterparty(good, on: deal, as: lead)?.status == .approvedByClient)
            let result = try await send(ids, dryRun: false)
            #expect(result.items.map(\.code) == [nil, "step_not_allowed", "not_found"])
            #expect(result.items[1].errors.codes == ["client_approval_missing"])
            #expect(try await desk.steps(of: good, on: deal, as: lead).map(\.id).contains(result.items[0].stepId))
            #expect(try await desk.events().count == before + 1)
            let twice = try await fault("validation_failed") { try await send([good.id, good.id], dryRun: false) }
            #expect(twice.details == ["counterpartyIds repeated"])
            let none = try await fault("validation_failed") { try await send([], dryRun: false) }
            #expect(none.details == ["counterpartyIds out_of_range"])
        }
    }

    /// The banker hears the same of every list, and nothing of the one that is kept in silence.
    @Test(arguments: ControlList.allCases) func whoStandsOnAListIsNotApproached(list: ControlList) async throws {
        try await Desk.with { desk in
            let (lead, officer) = (desk.person(.banker), desk.person(.compliance))
            let deal = try await desk.deal("Falcon", by: lead)
            let buyer = try await desk.counterparty("Borealis Ltd", on: deal, by: lead, approved: true)
            let entry = try await desk.place("Borealis plc", on: list, by: officer)
            func contact() async throws -> CounterpartyStep {
                let new = NewCounterpartyStep(step: .contacted, on: .today)
                return try await desk.call(
                    DealMethods.addCounterpartyStep, new, as: lead, on: [deal.id.text, buyer.id.text])
            }
            if list != .watch {
                let refusal = try await fault("step_not_allowed") { try await contact() }
                #expect(refusal.errors.map(\.code) == ["refer_to_control_room"])
                #expect(!refusal.errors.contains { $0.message.contains(list.rawValue) })
                _ = try await desk.lift(entry, by: officer)
            }
            #expect(try await contact().step == .contacted)
        }
    }
}
