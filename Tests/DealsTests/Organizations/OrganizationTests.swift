import Contracts
import Foundation
import RPC
import Testing

@testable import deals

private let lei = "5493001KJTIIGC8Y1R12"

struct OrganizationTests {
    @Test func theDirectoryIsEverybodys() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let made = try await desk.added("Northwind Holdings", by: banker, lei: lei)
            #expect(made.similar.isEmpty)
            #expect(made.organization.scope == .directory)
            for role in [Role.banker, .compliance, .observer] {
                #expect(try await desk.get(made.organization, as: desk.person(role)) == made.organization)
                #expect(try await desk.names(as: desk.person(role)) == ["Northwind Holdings"])
            }
            for role in [Role.admin, .management] {
                try await fault("forbidden") { try await desk.names(as: desk.person(role)) }
                try await fault("forbidden") { try await desk.get(made.organization, as: desk.person(role)) }
            }
            try await fault("forbidden") { try await desk.organization("X", by: desk.person(.observer)) }
        }
    }

    @Test func changesWantTheVersionThatWasRead() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let first = try await desk.organization("Northwind", by: banker)
            let second = try await desk.change(first, as: banker) {
                ($0.name, $0.lei) = (.set("Northwind Group"), .set(lei))
            }
            #expect(second.version == 2)
            #expect(try await desk.change(second, as: banker) { $0.lei = .set(lei) } == second)
            let refused = try await fault("version_mismatch") {
                try await desk.change(first, as: banker) { $0.lei = .clear }
            }
            #expect(refused.current?.contains("Northwind Group") == true)
            try await requireFault("version_required", desk, second, banker)
            let events = try await desk.events(of: EventType.organizationUpdated)
            #expect(events.count == 1)
            #expect(events.first?.subject == EventSubject(kind: "organization", id: first.id.text))
            #expect(events.first?.changes.map(\.field) == ["name", "lei"])
        }
    }

    private func requireFault(_ code: String, _ desk: Desk, _ organization: Organization, _ person: Person) async throws
    {
        try await fault(code) {
            try await desk.call(
                DealMethods.updateOrganization, OrganizationPatch(), as: person, on: [organization.id.text])
        }
    }

    @Test func thoseThatMayBeTheSameAreNamedAndNotRefused() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let byName = try await desk.organization("Northwind  HOLDINGS", by: banker)
            let byCode = try await desk.organization("Nordwind", by: banker, lei: lei, isin: "US0378331005")
            _ = try await desk.organization("Southwind", by: banker)
            let made = try await desk.added("northwind holdings", by: banker, lei: lei, isin: "US0378331005")
            #expect(Set(made.similar.map(\.id)) == [byName.id, byCode.id])
            #expect(try await desk.organizations(as: banker).items.count == 4)
        }
    }

    @Test func typingAheadFindsBeginningsThenParts() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            for name in ["Northwind", "North Sea Oil", "Nordbank", "Great Northern", "50% \"Real\" Estate_", "Éclair"] {
                _ = try await desk.organization(name, by: banker)
            }
            let coded = try await desk.organization("Wren", by: banker, lei: lei)
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.newParty("Northgate", .target, on: deal, by: banker)
            #expect(try await desk.names("no", as: banker) == ["Nordbank", "North Sea Oil", "Northgate", "Northwind"])
            #expect(
                try await desk.names("NORTH", as: banker) == [
                    "North Sea Oil", "Northgate", "Northwind", "Great Northern",
                ])
            #expect(
                try await desk.names("north", as: desk.person(.banker)) == [
                    "North Sea Oil", "Northwind", "Great Northern",
                ])
            #expect(try await desk.names("% \"real\" estate_", as: banker) == ["50% \"Real\" Estate_"])
            #expect(try await desk.names("éCL", as: banker) == ["Éclair"])
            #expect(try await desk.organizations("5493001kj", as: banker).items == [coded])
            #expect(try await desk.names("gate", as: banker) == ["Northgate"])
            #expect(try await desk.names("gate", as: desk.person(.compliance)) == ["Northgate"])
            #expect(try await desk.names("nowhere", as: banker).isEmpty)
            #expect(try await desk.organizations("north", limit: 2, as: banker).items.count == 2)
            _ = try await desk.change(coded, as: banker) { $0.name = .set("Robin") }
            #expect(try await desk.names("wren", as: banker).isEmpty)
            #expect(try await desk.names("obi", as: banker) == ["Robin"])
            for q in [
                OrganizationQuery(limit: 21, q: "a"), OrganizationQuery(cursor: "x", q: "a"),
                OrganizationQuery(limit: 0),
            ] {
                try await fault("query_invalid") { try await desk.call(DealMethods.organizations, q, as: banker) }
            }
            try await fault("cursor_invalid") { try await desk.organizations(cursor: "x", as: banker) }
        }
    }

    @Test func pagesHoldEveryOrganizationOnceInOrder() async throws {
        try await Desk.with { desk in
            let (banker, other) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker)
            var names: [String] = []
            for count in 0..<23 {
                let name = "Firm \((count * 7) % 23)"
                if count % 3 == 0 {
                    _ = try await desk.newParty(name, .lender, on: deal, by: banker)
                } else {
                    _ = try await desk.organization(name, by: banker)
                }
                names.append(name)
            }
            for person in [banker, desk.person(.compliance), other] {
                var (walked, cursor): ([String], String?) = ([], nil)
                repeat {
                    let page = try await desk.organizations(limit: 5, cursor: cursor, as: person)
                    walked += page.items.map(\.name)
                    cursor = page.nextCursor
                } while cursor != nil
                #expect(walked == walked.sorted())
                #expect(walked.count == (person == other ? 15 : 23))
                #expect(Set(walked).isSubset(of: names))
            }
        }
    }

    @Test func ownersMakeATreeOfTenLevelsAtMost() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            var line = [try await desk.organization("Firm 1", by: banker)]
            for level in 2...10 {
                line.append(try await desk.organization("Firm \(level)", by: banker, parent: line.last))
            }
            let tooDeep = try await fault("validation_failed") {
                try await desk.organization("Firm 11", by: banker, parent: line.last)
            }
            #expect(tooDeep.details == ["parentId too_deep"])
            for child in [line[0], line[4]] {
                let refused = try await fault("validation_failed") {
                    try await desk.change(line[0], as: banker) { $0.parentId = .set(child.id) }
                }
                #expect(refused.details == ["parentId circular"])
            }
            let top = try await desk.organization("Top", by: banker)
            let refused = try await fault("validation_failed") {
                try await desk.change(line[0], as: banker) { $0.parentId = .set(top.id) }
            }
            #expect(refused.details == ["parentId too_deep"])
            #expect(try await desk.change(line[1], as: banker) { $0.parentId = .set(top.id) }.parentId == top.id)
        }
    }

    @Test func peopleAreAddedChangedAndRemoved() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let organization = try await desk.organization("Northwind", by: banker)
            let ada = try await desk.contact("Ada", at: organization, by: banker)
            _ = try await desk.contact("Bob", at: organization, by: banker)
            var patch = ContactPersonPatch()
            (patch.name, patch.phone) = (.set("Zoe"), .clear)
            let place = [organization.id.text, ada.id.text]
            let zoe = try await desk.call(DealMethods.updatePerson, patch, as: banker, on: place, ifMatch: 1)
            #expect((zoe.name, zoe.phone, zoe.version) == ("Zoe", nil, 2))
            #expect(
                try await desk.contacts(at: organization, as: desk.person(.observer)).map(\.name) == ["Bob", "Zoe"])
            try await fault("version_mismatch") {
                try await desk.call(DealMethods.removePerson, Nothing(), as: banker, on: place, ifMatch: 1)
            }
            _ = try await desk.call(DealMethods.removePerson, Nothing(), as: banker, on: place, ifMatch: 2)
            try await fault("not_found") {
                try await desk.call(DealMethods.removePerson, Nothing(), as: banker, on: place, ifMatch: 3)
            }
            #expect(try await desk.contacts(at: organization, as: banker).map(\.name) == ["Bob"])
            let told = String(describing: try await desk.events().filter { $0.type.hasPrefix("person.") })
            #expect(told.contains("Zoe") && !told.contains("cfo@") && !told.contains("+49"))
        }
    }
}
