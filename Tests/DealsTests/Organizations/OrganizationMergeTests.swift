import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct OrganizationMergeTests {
    @Test func complianceMakesOneOfTwoAndAllGoesAlong() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let stays = try await desk.organization("Northwind", by: banker)
            let goes = try await desk.organization("Nordwind", by: banker)
            let child = try await desk.organization("Northwind Parcels", by: banker, parent: goes)
            let ada = try await desk.contact("Ada", at: goes, by: banker)
            let deal = try await desk.deal("Falcon", by: banker, confidentiality: .secret)
            let party = try await desk.party(goes, .client, on: deal, by: banker, primary: true)
            try await fault("forbidden") { try await desk.merge(goes, into: stays, as: banker) }

            let named = try await desk.merge(goes, into: stays, as: compliance)
            #expect(named.id == stays.id && named.aliases == ["Nordwind"] && named.version == 2)
            try await fault("not_found") { try await desk.get(goes, as: banker) }
            #expect(try await desk.names("nor", as: banker) == ["Northwind", "Northwind Parcels"])
            #expect(try await desk.get(child, as: banker).parentId == stays.id)
            #expect(try await desk.contacts(at: stays, as: banker).map(\.id) == [ada.id])
            let moved = try #require(try await desk.parties(deal, as: banker).first)
            #expect((moved.id, moved.organizationId, moved.version) == (party.id, stays.id, 2))
            #expect(try await desk.deals(of: stays, as: banker).map(\.dealId) == [deal.id])
            #expect(try await desk.deals(of: stays, as: compliance).isEmpty)
            let event = try #require(try await desk.events(of: EventType.organizationMerged).first)
            #expect(event.subject.id == goes.id.text)
            #expect(!String(describing: event).contains(deal.id.text))
        }
    }

    @Test func whatCannotBeOneStaysTwo() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let top = try await desk.organization("Top", by: banker)
            let below = try await desk.organization("Below", by: banker, parent: top)
            let own = try await fault("validation_failed") { try await desk.merge(top, into: top, as: compliance) }
            #expect(own.details == ["intoId same_organization"])
            let circle = try await fault("validation_failed") { try await desk.merge(top, into: below, as: compliance) }
            #expect(circle.details == ["intoId circular"])

            let secret = try await desk.deal("Falcon", by: banker, confidentiality: .secret)
            let (_, hidden) = try await desk.newParty("Zephyr", .target, on: secret, by: banker)
            let unknown = try await fault("validation_failed") {
                try await desk.merge(top, into: hidden, as: compliance)
            }
            let absent = try await fault("validation_failed") {
                let nobody = OrganizationMerge(intoId: UUID())
                return try await desk.call(
                    DealMethods.mergeOrganization, nobody, as: compliance, on: [top.id.text], ifMatch: 1)
            }
            #expect(unknown == absent)
            let open = try await desk.deal("Hawk", by: banker)
            let (_, known) = try await desk.newParty("Mistral", .target, on: open, by: banker)
            try await fault("not_in_directory") { try await desk.merge(top, into: known, as: compliance) }
            try await fault("access_too_low") { try await desk.merge(known, into: top, as: compliance) }
            #expect(try await desk.merge(below, into: top, as: compliance).id == top.id)
        }
    }
}
