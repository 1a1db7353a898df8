import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// The record of a counterparty, from being added to being removed.
struct CounterpartyTests {
    @Test func itIsAnOrganizationThatOneKnowsOfOrAName() async throws {
        try await Desk.with { desk in
            let (lead, stranger) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: lead)
            let other = try await desk.deal("Hawk", by: stranger)
            let known = try await desk.organization("Borealis SE", by: lead)
            let (_, hidden) = try await desk.newParty("Silent AG", .target, on: other, by: stranger)
            let buyer = try await desk.call(
                DealMethods.addCounterparty, NewCounterparty(organizationId: known.id, kind: .strategic), as: lead,
                on: [deal.id.text])
            #expect(buyer.name == "Borealis SE" && buyer.organizationId == known.id && buyer.version == 1)
            for id in [hidden.id, UUIDv7.make()] {
                let refused = try await fault("validation_failed") {
                    try await desk.call(
                        DealMethods.addCounterparty, NewCounterparty(organizationId: id, kind: .other), as: lead,
                        on: [deal.id.text])
                }
                #expect(refused.details == ["organizationId unknown_organization"])
            }
            let nobody = try await fault("validation_failed") {
                try await desk.call(
                    DealMethods.addCounterparty, NewCounterparty(kind: .other), as: lead, on: [deal.id.text])
            }
            #expect(nobody.details == ["name required"])
            // Under another name it is the same organization.
            try await fault("counterparty_exists") {
                let again = NewCounterparty(name: "Borealis Group", organizationId: known.id, kind: .strategic)
                return try await desk.call(DealMethods.addCounterparty, again, as: lead, on: [deal.id.text])
            }
        }
    }

    @Test func whatDoesNotFitIsToldAtOnce() async throws {
        try await Desk.with { desk in
            let lead = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: lead)
            let refused = try await fault("validation_failed") {
                try await desk.counterparty("Borealis", on: deal, by: lead) {
                    ($0.tier, $0.country, $0.codeAlias, $0.contact) = ("D", "deu", " ", "Ada")
                    $0.contactPersonId = UUIDv7.make()
                    $0.coveredBy = UUIDv7.make()
                    ($0.approvedByClient, $0.approvedOn) = (true, .tomorrow)
                }
            }
            #expect(
                Set(refused.details) == [
                    "tier invalid", "country invalid", "codeAlias too_short", "approvedOn in_future",
                    "contact not_both", "contactPersonId unknown_person", "coveredBy not_a_member",
                ])
        }
    }

    @Test func aPersonOfItsOrganizationIsTheContact() async throws {
        try await Desk.with { desk in
            let lead = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: lead)
            let firm = try await desk.organization("Borealis SE", by: lead)
            let rival = try await desk.organization("Contoso", by: lead)
            let (ada, ben) = (
                try await desk.contact("Ada", at: firm, by: lead), try await desk.contact("Ben", at: rival, by: lead)
            )
            let buyer = try await desk.counterparty("", on: deal, by: lead) {
                ($0.name, $0.organizationId, $0.contactPersonId) = (nil, firm.id, ada.id)
                $0.coveredBy = lead.id
            }
            #expect(buyer.contactPersonName == "Ada" && buyer.coveredBy == lead.id)
            let wrong = try await fault("validation_failed") {
                try await desk.change(buyer, on: deal, as: lead) { $0.contactPersonId = .set(ben.id) }
            }
            #expect(wrong.details == ["contactPersonId unknown_person"])
            let moved = try await fault("validation_failed") {
                try await desk.change(buyer, on: deal, as: lead) { $0.organizationId = .set(rival.id) }
            }
            #expect(moved.details == ["contactPersonId unknown_person"])
            let changed = try await desk.change(buyer, on: deal, as: lead) {
                ($0.contactPersonId, $0.contact) = (.clear, .set("the front desk"))
            }
            #expect(changed.contactPersonName == nil && changed.contact == "the front desk" && changed.version == 2)
            #expect(try await desk.counterparties(deal, as: lead) == [changed])
        }
    }

    @Test func itIsChangedByWhoHasReadItAndTheLogKeepsWhat() async throws {
        try await Desk.with { desk in
            let (lead, reader) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: lead)
            _ = try await desk.add(reader, to: deal, by: lead, access: .read)
            let buyer = try await desk.counterparty("Borealis", on: deal, by: lead)
            let changed = try await desk.change(buyer, on: deal, as: lead) {
                ($0.tier, $0.priority, $0.nextAction) = (.set("A"), .set(.high), .set("call"))
                ($0.nextActionOn, $0.codeAlias) = (.set(.tomorrow), .set("Wren"))
            }
            #expect(changed.version == 2 && changed.codeAlias == "Wren")
            let event = try #require(try await desk.events().last)
            #expect(event.type == EventType.dealCounterpartyUpdated)
            #expect(event.changes.contains(FieldChange("tier", before: nil, after: "A")))
            #expect(event.changes.first?.field == "counterpartyId")
            let stale = try await fault("version_mismatch") {
                try await desk.change(buyer, on: deal, as: lead) { $0.tier = .set("B") }
            }
            #expect(stale.current?.contains("Wren") == true)
            let patch = CounterpartyPatch()
            try await fault("version_required") {
                try await desk.call(
                    DealMethods.updateCounterparty, patch, as: lead, on: [deal.id.text, buyer.id.text])
            }
            try await fault("access_too_low") {
                try await desk.change(changed, on: deal, as: reader) { $0.tier = .set("B") }
            }
            // Nothing changes, and nothing is written down.
            let count = try await desk.events().count
            #expect(try await desk.change(changed, on: deal, as: lead) { $0.tier = .set("A") } == changed)
            #expect(try await desk.events().count == count)
            let other = try await desk.counterparty("Contoso", on: deal, by: lead)
            try await fault("counterparty_exists") {
                try await desk.change(other, on: deal, as: lead) { $0.name = .set("borealis") }
            }
        }
    }

    @Test func theClientsApprovalIsAStep() async throws {
        try await Desk.with { desk in
            let lead = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: lead)
            let buyer = try await desk.counterparty("Borealis", on: deal, by: lead)
            #expect(!buyer.approvedByClient && buyer.status == .identified && buyer.statusOn == .today)
            let approved = try await desk.change(buyer, on: deal, as: lead) {
                ($0.approvedByClient, $0.approvedOn) = (.set(true), .set(.yesterday))
            }
            #expect(approved.approvedByClient && approved.approvedOn == .yesterday && approved.version == 1)
            #expect(approved.status == .approvedByClient && approved.steps == ["approved_by_client": .yesterday])
            let again = try await desk.change(approved, on: deal, as: lead) { $0.approvedByClient = .set(true) }
            #expect(again == approved)
            let steps = try await desk.steps(of: buyer, on: deal, as: lead)
            #expect(steps.map(\.step) == [.approvedByClient])
            let kept = try await fault("validation_failed") {
                try await desk.change(approved, on: deal, as: lead) { $0.approvedByClient = .set(false) }
            }
            #expect(kept.details == ["approvedByClient step_stands"])
            try await desk.void(steps[0], on: deal, as: lead)
            let after = try #require(try await desk.counterparty(buyer, on: deal, as: lead))
            #expect(!after.approvedByClient && after.status == .identified && after.steps.isEmpty)
        }
    }

    @Test func whatHasAHistoryIsExcludedNotRemoved() async throws {
        try await Desk.with { desk in
            let lead = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: lead)
            let mistake = try await desk.counterparty("Borealis", on: deal, by: lead)
            try await desk.remove(mistake, from: deal, as: lead)
            #expect(try await desk.counterparties(deal, as: lead).isEmpty)
            #expect(try await desk.events().last?.type == EventType.dealCounterpartyRemoved)
            try await fault("not_found") { try await desk.remove(mistake, from: deal, as: lead) }
            // Its name is free again.
            let buyer = try await desk.counterparty("Borealis", on: deal, by: lead)
            try await desk.step(.approvedByClient, of: buyer, on: deal, as: lead)
            let refused = try await fault("counterparty_has_history") {
                try await desk.remove(buyer, from: deal, as: lead)
            }
            #expect(refused.status == .failedPrecondition)
            let promised = try await desk.counterparty("Contoso", on: deal, by: lead)
            _ = try await desk.nda(with: promised, on: deal, by: lead)
            try await fault("counterparty_has_history") { try await desk.remove(promised, from: deal, as: lead) }
        }
    }

    @Test func itFollowsItsOrganizationIntoAnother() async throws {
        try await Desk.with { desk in
            let (lead, officer) = (desk.person(.banker), desk.person(.compliance))
            let deal = try await desk.deal("Falcon", by: lead)
            let firm = try await desk.organization("Borealis", by: lead)
            let stays = try await desk.organization("Borealis SE", by: lead)
            let buyer = try await desk.counterparty("Borealis", on: deal, by: lead) { $0.organizationId = firm.id }
            _ = try await desk.merge(firm, into: stays, as: officer)
            let now = try #require(try await desk.counterparty(buyer, on: deal, as: lead))
            #expect(now.organizationId == stays.id && now.version == 2)
        }
    }

    @Test func ofASecretDealTheLogLearnsIdsAlone() async throws {
        try await Desk.with { desk in
            let lead = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: lead, confidentiality: .secret)
            let buyer = try await desk.counterparty("Borealis", on: deal, by: lead, approved: true)
            _ = try await desk.change(buyer, on: deal, as: lead) { $0.notes = .set("the queen") }
            _ = try await desk.nda(with: buyer, on: deal, by: lead, executedOn: .today)
            _ = try await desk.buyersFile(deal.id.text, as: lead)
            let ids: Set = ["counterpartyId", "stepId", "ndaId", "file"]
            for event in try await desk.events() where event.type.hasPrefix("deal.counterparty") {
                #expect(event.changes.allSatisfy { ids.contains($0.field) })
            }
            let told = try await desk.events().flatMap(\.changes).compactMap(\.after).joined(separator: " ")
            #expect(!told.contains("Borealis") && !told.contains("queen"))
        }
    }
}
