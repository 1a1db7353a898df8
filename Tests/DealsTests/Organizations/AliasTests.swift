import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// Other names of organizations: found like names, and known to nobody else.
struct AliasTests {
    private static func make(
        _ name: String, _ aliases: [String], _ desk: Desk, by person: Person
    ) async throws -> AddedOrganization {
        let new = NewOrganization(name: name, kind: .strategic, aliases: aliases)
        return try await desk.call(DealMethods.addOrganization, new, as: person)
    }

    @Test func anOrganizationIsFoundByEachOfItsNames() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let made = try await Self.make("Aurora Foods", ["Morgenrot AG", "Polar Snacks"], desk, by: banker)
                .organization
            #expect(made.aliases == ["Morgenrot AG", "Polar Snacks"])
            for q in ["au", "mo", "PO", "polar", "genrot", "snack"] {
                #expect(try await desk.organizations(q, as: banker).items == [made], "\(q)")
            }
            _ = try await desk.organization("Morgan Mills", by: banker)
            #expect(try await desk.names("mor", as: banker) == ["Morgan Mills", "Aurora Foods"])
            let changed = try await desk.change(made, as: banker) { $0.aliases = .set(["Polar Snacks"]) }
            #expect(try await desk.names("genrot", as: banker).isEmpty)
            #expect(try await desk.names("polar", as: banker) == ["Aurora Foods"])
            let renamed = try await desk.change(changed, as: banker) { $0.name = .set("polar snacks") }
            #expect(renamed.aliases.isEmpty)
            #expect(try await desk.get(made, as: banker) == renamed)
            let told = try await desk.events(of: EventType.organizationUpdated).map { $0.changes.map(\.field) }
            #expect(told == [["aliases"], ["name", "aliases"]])
        }
    }

    @Test func whatDoesNotFitIsNamed() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let refused = try await fault("validation_failed") {
                try await Self.make("Aurora", ["Polar", "", "POLAR", "a\u{7}b"], desk, by: banker)
            }
            #expect(refused.details == ["aliases[1] too_short", "aliases[2] repeated", "aliases[3] invalid"])
            let many = try await fault("validation_failed") {
                try await Self.make("Aurora", (0...20).map { "Name \($0)" }, desk, by: banker)
            }
            #expect(many.details == ["aliases too_many"])
            let most = try await Self.make("Aurora", (0..<20).map { "Name \($0)" }, desk, by: banker)
            #expect(most.organization.aliases == (0..<20).map { "Name \($0)" })
        }
    }

    @Test func thoseOfTheSameNameAreNamedWhicheverNameItIs() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let first = try await Self.make("Aurora", ["Morgenrot"], desk, by: banker).organization
            #expect(try await Self.make("MORGENROT", [], desk, by: banker).similar.map(\.id) == [first.id])
            #expect(try await Self.make("Dawn", ["aurora"], desk, by: banker).similar.map(\.id) == [first.id])
            let third = try await Self.make("Day", ["morgenrot"], desk, by: banker).similar
            #expect(Set(third.map(\.name)) == ["Aurora", "MORGENROT"])
        }
    }

    /// An organization of a secret deal is not found by another name, either, nor named as similar.
    @Test func namesOfWhatIsHiddenAreHidden() async throws {
        try await Desk.with { desk in
            let (banker, compliance, outsider) = (desk.person(.banker), desk.person(.compliance), desk.person(.banker))
            for (level, seenBy) in [(Confidentiality.secret, [banker]), (.confidential, [banker, compliance])] {
                let name = "Zephyr \(level.rawValue)"
                let deal = try await desk.deal(name, by: banker, confidentiality: level)
                let organization = NewOrganization(name: name, kind: .other, aliases: ["Westwind \(level.rawValue)"])
                let party = NewDealParty(organization: organization, role: .target)
                _ = try await desk.call(DealMethods.addParty, party, as: banker, on: [deal.id.text])
                for person in [banker, compliance, outsider] {
                    let isSeen = seenBy.contains(person)
                    for q in ["westwind \(level.rawValue)", "stwind \(level.rawValue)"] {
                        #expect(try await desk.names(q, as: person) == (isSeen ? [name] : []))
                    }
                }
                let twin = try await Self.make("Westwind \(level.rawValue)", [], desk, by: outsider)
                #expect(twin.similar.isEmpty)
            }
        }
    }

    @Test func publishingMakesTheNamesKnown() async throws {
        try await Desk.with { desk in
            let (banker, outsider) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker)
            let (_, hidden) = try await desk.newParty("Zephyr", .target, on: deal, by: banker)
            let named = try await desk.change(hidden, as: banker) { $0.aliases = .set(["Westwind"]) }
            _ = try await desk.contact("Ada Byron", at: hidden, by: banker)
            #expect(try await desk.names("west", as: outsider).isEmpty)
            #expect(try await desk.found("byron", as: outsider).isEmpty)
            _ = try await desk.publish(named, as: banker)
            #expect(try await desk.names("west", as: outsider) == ["Zephyr"])
            #expect(try await desk.found("byron", as: outsider) == ["Ada Byron"])
        }
    }

    @Test func countryAndSectorNarrowListAndSearch() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            for (name, country, sector) in [("A", "DE", "Food"), ("Ab", "FR", "Food"), ("Abc", "DE", "Steel")] {
                let new = NewOrganization(name: name, kind: .other, country: country, sector: sector)
                _ = try await desk.call(DealMethods.addOrganization, new, as: banker)
            }
            func names(_ query: OrganizationQuery) async throws -> [String] {
                try await desk.call(DealMethods.organizations, query, as: banker).items.map(\.name)
            }
            #expect(try await names(OrganizationQuery(country: "DE")) == ["A", "Abc"])
            #expect(try await names(OrganizationQuery(sector: "Food")) == ["A", "Ab"])
            #expect(try await names(OrganizationQuery(country: "DE", sector: "Food")) == ["A"])
            #expect(try await names(OrganizationQuery(q: "a", country: "FR")) == ["Ab"])
            #expect(try await names(OrganizationQuery(q: "abc", sector: "Food")).isEmpty)
            let first = try await desk.call(
                DealMethods.organizations, OrganizationQuery(limit: 1, country: "DE"), as: banker)
            let query = OrganizationQuery(cursor: first.nextCursor, country: "DE")
            #expect(try await names(query) == ["Abc"])
            let refused = try await fault("query_invalid") { try await names(OrganizationQuery(country: "de")) }
            #expect(refused.details == ["country invalid"])
        }
    }
}
