import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct PartyTests {
    @Test func partiesAreAddedChangedAndRemoved() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let northwind = try await desk.organization("Northwind", by: banker)
            let client = try await desk.party(northwind, .client, on: deal, by: banker, primary: true)
            #expect((client.organizationName, client.primary, client.version) == ("Northwind", true, 1))
            let (counsel, firm) = try await desk.newParty("Wren & Partners", .legalCounsel, on: deal, by: banker)
            #expect(firm.scope == .deals)
            #expect(try await desk.parties(deal, as: banker) == [client, counsel])

            let changed = try await desk.change(counsel, on: deal, as: banker) {
                ($0.side, $0.codeAlias) = (.set(.sell), .set("Counsel A"))
            }
            #expect((changed.side, changed.codeAlias, changed.version) == (.sell, "Counsel A", 2))
            #expect(try await desk.change(changed, on: deal, as: banker) { $0.side = .set(.sell) } == changed)
            try await fault("version_mismatch") { try await desk.remove(counsel, from: deal, as: banker) }
            try await desk.remove(changed, from: deal, as: banker)
            try await fault("not_found") { try await desk.remove(changed, from: deal, as: banker) }
            #expect(try await desk.parties(deal, as: banker) == [client])
            // Removed, it is known all the same, and can come back.
            #expect(try await desk.get(firm, as: banker) == firm)
            _ = try await desk.party(firm, .legalCounsel, on: deal, by: banker)

            let added = try #require(try await desk.events(of: EventType.dealPartyAdded).first)
            #expect(
                added.changes.map(\.field) == ["partyId", "organizationId", "organizationName", "role", "primary"])
            let updated = try #require(try await desk.events(of: EventType.dealPartyUpdated).first)
            #expect(updated.changes.map(\.field) == ["partyId", "side", "codeAlias"])
            #expect(try await desk.events(of: EventType.dealPartyRemoved).count == 1)
        }
    }

    @Test func whatIsSentTwiceAddsOne() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let (party, firm) = try await desk.newParty("Zephyr", .target, on: deal, by: banker)
            let before = try await desk.events().count
            let twice = try await fault("party_exists") {
                try await desk.newParty(" ZEPHYR ", .target, on: deal, by: banker)
            }
            #expect(twice.status == .alreadyExists)
            try await fault("party_exists") { try await desk.party(firm, .target, on: deal, by: banker) }
            #expect(try await desk.events().count == before)
            #expect(try await desk.organizations(as: banker).items.map(\.id) == [firm.id])
            let other = try await desk.party(firm, .seller, on: deal, by: banker)
            try await fault("party_exists") {
                try await desk.change(other, on: deal, as: banker) { $0.role = .set(.target) }
            }
            #expect(try await desk.parties(deal, as: banker) == [party, other])
        }
    }

    @Test func oneOfARoleIsThePrimaryOne() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let firms = [try await desk.organization("A", by: banker), try await desk.organization("B", by: banker)]
            let first = try await desk.party(firms[0], .lender, on: deal, by: banker, primary: true)
            let client = try await desk.party(firms[0], .client, on: deal, by: banker, primary: true)
            let second = try await desk.party(firms[1], .lender, on: deal, by: banker, primary: true)
            var now = try await desk.parties(deal, as: banker)
            #expect(now.map(\.primary) == [false, true, true])
            #expect(now.map(\.version) == [2, 1, 1])
            // Whoever read the first one as the primary one has to look again.
            try await fault("version_mismatch") {
                try await desk.change(first, on: deal, as: banker) { $0.codeAlias = .set("x") }
            }
            _ = try await desk.change(client, on: deal, as: banker) { $0.role = .set(.guarantor) }
            _ = try await desk.change(now[0], on: deal, as: banker) { $0.primary = .set(true) }
            now = try await desk.parties(deal, as: banker)
            #expect(now.map(\.primary) == [true, true, false])
            try await desk.remove(now[0], from: deal, as: banker)
            let left = try #require(try await desk.parties(deal, as: banker).first { $0.id == second.id })
            #expect(try await desk.change(left, on: deal, as: banker) { $0.primary = .set(true) }.primary)
        }
    }

    @Test func aPersonStandsForAnOrganization() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let firm = try await desk.organization("Northwind", by: banker)
            let ada = try await desk.contact("Ada", at: firm, by: banker)
            let new = NewDealParty(personId: ada.id, role: .client, codeAlias: "CFO")
            let party = try await desk.call(DealMethods.addParty, new, as: banker, on: [deal.id.text])
            #expect((party.organizationId, party.personId, party.personName) == (firm.id, ada.id, "Ada"))
            _ = try await desk.party(firm, .client, on: deal, by: banker)
            _ = try await desk.call(
                DealMethods.removePerson, Nothing(), as: banker, on: [firm.id.text, ada.id.text], ifMatch: 1)
            #expect(try await desk.parties(deal, as: banker).map(\.personName) == ["Ada", nil])
            #expect(try await desk.deals(of: firm, as: banker).map(\.roles) == [[.client]])
        }
    }

    @Test func aPartyNamesOneThatTheCallerKnowsOf() async throws {
        try await Desk.with { desk in
            let (banker, other) = (desk.person(.banker), desk.person(.banker))
            let (deal, theirs) = (try await desk.deal("Falcon", by: banker), try await desk.deal("Hawk", by: other))
            let (_, hidden) = try await desk.newParty("Zephyr", .target, on: theirs, by: other)
            let ada = try await desk.contact("Ada", at: hidden, by: other)
            let inner = NewOrganization(name: "", kind: .other, lei: "x", parentId: hidden.id)
            let wrong: [(NewDealParty, [String])] = [
                (NewDealParty(role: .client), ["organizationId exactly_one"]),
                (
                    NewDealParty(organizationId: hidden.id, personId: ada.id, role: .client),
                    ["organizationId exactly_one"]
                ),
                (NewDealParty(organizationId: hidden.id, role: .client), ["organizationId unknown_organization"]),
                (NewDealParty(organizationId: UUID(), role: .client), ["organizationId unknown_organization"]),
                (NewDealParty(personId: ada.id, role: .client), ["personId unknown_person"]),
                (NewDealParty(personId: UUID(), role: .client), ["personId unknown_person"]),
                (
                    NewDealParty(organization: inner, role: .client, codeAlias: ""),
                    [
                        "codeAlias too_short", "organization.name too_short", "organization.lei invalid",
                        "organization.parentId unknown_organization",
                    ]
                ),
            ]
            for (new, details) in wrong {
                let refused = try await fault("validation_failed") {
                    try await desk.call(DealMethods.addParty, new, as: banker, on: [deal.id.text])
                }
                #expect(Set(refused.details) == Set(details))
            }
            #expect(try await desk.parties(deal, as: banker).isEmpty)
        }
    }

    @Test func whoOnlyReadsTheDealChangesNothing() async throws {
        try await Desk.with { desk in
            let (banker, reader) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.add(reader, to: deal, by: banker, access: .read)
            let (party, firm) = try await desk.newParty("Zephyr", .target, on: deal, by: banker)
            #expect(try await desk.parties(deal, as: reader) == [party])
            #expect(try await desk.get(firm, as: reader) == firm)
            try await fault("access_too_low") { try await desk.remove(party, from: deal, as: reader) }
            try await fault("access_too_low") { try await desk.newParty("B", .seller, on: deal, by: reader) }
            try await fault("access_too_low") { try await desk.change(firm, as: reader) { $0.sector = .set("x") } }
            try await fault("access_too_low") { try await desk.contact("Ada", at: firm, by: reader) }
            try await fault("access_too_low") { try await desk.publish(firm, as: reader) }
        }
    }
}
