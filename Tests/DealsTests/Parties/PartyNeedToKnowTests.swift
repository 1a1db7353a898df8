import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// Who may see none of the deals that an organization is a party of learns nothing of it, by any call there is.
struct PartyNeedToKnowTests {
    private static let lei = "5493001KJTIIGC8Y1R12"

    private static func outcome(_ call: () async throws -> Any) async -> RPCFault? {
        do {
            _ = try await call()
            return nil
        } catch { return error as? RPCFault }
    }

    @Test(arguments: Role.allCases)
    func anOrganizationOfASecretDealLooksLikeNoneAtAll(role: Role) async throws {
        try await Desk.with { desk in
            let (banker, outsider) = (desk.person(.banker), desk.person(role))
            let deal = try await desk.deal("Falcon", by: banker, confidentiality: .secret)
            let (_, hidden) = try await desk.newParty("Zephyr", .target, on: deal, by: banker)
            let before = try await desk.events().count
            let real = desk.organizationCalls(on: hidden.id.text, as: outsider)
            let absent = desk.organizationCalls(on: UUID().text, as: outsider)
            let nonsense = desk.organizationCalls(on: "zephyr", as: outsider)
            for index in real.indices {
                let fault = await Self.outcome(real[index].1)
                #expect(fault != nil, "\(real[index].0)")
                #expect(fault == (await Self.outcome(absent[index].1)), "\(real[index].0)")
                #expect(fault == (await Self.outcome(nonsense[index].1)), "\(real[index].0)")
                #expect(fault?.status == .notFound || fault?.code == "forbidden", "\(real[index].0)")
            }
            #expect(try await desk.events().count == before)
        }
    }

    /// The same bytes, but for the id, whether there is one of the same name and code that the caller may not know of.
    @Test func makingOneThatExistsUnseenIsMakingTheFirst() async throws {
        let (beside, first) = (try await Self.made(besideOne: true), try await Self.made(besideOne: false))
        #expect(beside == first)
        #expect(beside.contains(#""similar":[]"#))
    }

    private static func made(besideOne: Bool) async throws -> String {
        var answer = ""
        try await Desk.with { desk in
            let (banker, outsider) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker, confidentiality: .secret)
            if besideOne {
                let (_, hidden) = try await desk.newParty("Zephyr", .target, on: deal, by: banker, lei: Self.lei)
                // An id that begins with the time would tell that one is older than its publication.
                #expect(hidden.id.text.dropFirst(14).first == "4")
            }
            let new = NewOrganization(name: "Zephyr", kind: .issuer, lei: Self.lei, isin: "US0378331005")
            let data = try await desk.bytes(DealMethods.addOrganization, new, as: outsider)
            let id = try JSONDecoder().decode(AddedOrganization.self, from: data).organization.id.text
            answer = String(decoding: data, as: UTF8.self).replacing(id, with: "ID")
            // To whoever knows of both, both are named.
            #expect(try await desk.added("Zephyr", by: banker).similar.count == (besideOne ? 2 : 1))
        }
        return answer
    }

    /// Point read, list and typing ahead say the same of every person and organization, whatever happens to teams.
    @Test func everyWayToReadAgreesOnWhoKnowsOfWhat() async throws {
        try await Desk.with { desk in
            var random = SeededRandom(state: 11)
            let bankers = (0..<4).map { _ in desk.person(.banker) }
            let readers = [desk.person(.compliance), desk.person(.compliance), desk.person(.observer)]
            var organizations = [try await desk.organization("Firm D", by: bankers[0])]
            var deals: [(Deal, Person)] = []
            for count in 0..<16 {
                let level = try #require(Confidentiality.allCases.randomElement(using: &random))
                let owner = try #require(bankers.randomElement(using: &random))
                let deal = try await desk.deal("Code \(count)", by: owner, confidentiality: level)
                deals.append((deal, owner))
                let (party, organization) = try await desk.newParty("Firm \(count)", .target, on: deal, by: owner)
                organizations.append(organization)
                for person in bankers + readers where person != owner && Bool.random(using: &random) {
                    _ = try await desk.add(person, to: deal, by: owner, access: .read)
                    if Bool.random(using: &random) { try await desk.remove(person, from: deal, by: owner) }
                }
                if Bool.random(using: &random) { try await desk.remove(party, from: deal, as: owner) }
                if let own = deals.filter({ $0.1 == owner }).randomElement(using: &random)?.0, own.id != deal.id {
                    _ = try await desk.party(organization, .lender, on: own, by: owner)
                }
            }
            for person in bankers + readers {
                var readable: Set<UUID> = []
                for organization in organizations where (try? await desk.get(organization, as: person)) != nil {
                    readable.insert(organization.id)
                }
                #expect(Set(try await desk.organizations(limit: 200, as: person).items.map(\.id)) == readable)
                for organization in organizations {
                    let found = try await desk.organizations(organization.name, limit: 20, as: person).items
                    #expect(found.contains { $0.id == organization.id } == readable.contains(organization.id))
                    let part = try await desk.organizations(
                        String(organization.name.dropFirst()), limit: 20, as: person)
                    #expect(Set(part.items.map(\.id)).isSubset(of: readable))
                }
                var visible: Set<UUID> = []
                for (deal, _) in deals where (try? await desk.get(deal, as: person)) != nil { visible.insert(deal.id) }
                for organization in organizations where readable.contains(organization.id) {
                    let of = try await desk.deals(of: organization, as: person)
                    #expect(Set(of.map(\.dealId)).isSubset(of: visible))
                }
            }
        }
    }

    /// No byte of any answer to an outsider holds a name, code or id of an organization of deals that he may not see.
    @Test func noAnswerToAnOutsiderHoldsAByteOfIt() async throws {
        try await Desk.with { desk in
            var random = SeededRandom(state: 5)
            let (banker, outsider, observer) = (desk.person(.banker), desk.person(.banker), desk.person(.observer))
            let own = try await desk.deal("Own", by: outsider)
            for _ in 0..<12 {
                let letters = (0..<12).map { _ in "abcdefghijklmnopqrstuvwxyz".randomElement(using: &random) ?? "x" }
                let name = String(letters)
                let level = try #require(Confidentiality.allCases.randomElement(using: &random))
                let deal = try await desk.deal(
                    "Code \(name.prefix(3))\(letters[5])", by: banker, confidentiality: level)
                let (party, hidden) = try await desk.newParty(name, .target, on: deal, by: banker, lei: Self.lei)
                let contact = try await desk.contact("Mx \(name)", at: hidden, by: banker)
                let secrets = [name, hidden.id.text, contact.id.text, party.id.text, Self.lei.lowercased()]
                for person in [outsider, observer] {
                    let answers =
                        desk.organizationCalls(on: hidden.id.text, as: person)
                        + desk.partyCalls(on: deal.id.text, as: person)
                        + Self.guesses(desk, name, hidden, contact, own, as: person)
                    for (call, answer) in answers {
                        let text: String
                        do { text = String(decoding: try await answer(), as: UTF8.self) } catch {
                            let fault = error as? RPCFault
                            text = "\(error) \(fault?.errors ?? []) \(fault?.current ?? "")"
                        }
                        for secret in secrets { #expect(!text.lowercased().contains(secret), "\(call)") }
                    }
                }
            }
            #expect(try await desk.organizations(as: outsider).items.isEmpty)
        }
    }

    private static func guesses(
        _ desk: Desk, _ name: String, _ hidden: Organization, _ contact: ContactPerson, _ own: Deal, as person: Person
    ) -> [(String, () async throws -> Data)] {
        let queries = [name, String(name.prefix(2)), String(name.dropFirst(3)), lei, "mx"].map {
            OrganizationQuery(q: $0)
        }
        let parties = [
            NewDealParty(organizationId: hidden.id, role: .client), NewDealParty(personId: contact.id, role: .client),
        ]
        let child = NewOrganization(name: "Child", kind: .other, parentId: hidden.id)
        return (queries + [OrganizationQuery(limit: 200)]).map { query in
            ("list", { try await desk.bytes(DealMethods.organizations, query, as: person) })
        }
            + parties.map { new in
                ("party", { try await desk.bytes(DealMethods.addParty, new, as: person, on: [own.id.text]) })
            } + [("child", { try await desk.bytes(DealMethods.addOrganization, child, as: person) })]
            + ["mx", name, "cfo@example.com", "5550 100"].map { q in
                ("persons", { try await desk.bytes(DealMethods.findPersons, PersonFindQuery(q: q), as: person) })
            }
    }

    @Test func publishingMakesTheOrganizationKnownAndNotItsDeals() async throws {
        try await Desk.with { desk in
            let (banker, editor, outsider) = (desk.person(.banker), desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker, confidentiality: .secret)
            _ = try await desk.add(editor, to: deal, by: banker, access: .edit)
            let (_, hidden) = try await desk.newParty("Zephyr", .target, on: deal, by: banker)
            _ = try await desk.contact("Ada", at: hidden, by: editor)
            try await fault("access_too_low") { try await desk.publish(hidden, as: editor) }
            let published = try await desk.publish(hidden, as: banker)
            #expect((published.scope, published.version) == (.directory, 2))
            #expect(try await desk.publish(published, as: outsider) == published)
            #expect(try await desk.get(hidden, as: outsider) == published)
            #expect(try await desk.names("eph", as: outsider) == ["Zephyr"])
            #expect(try await desk.contacts(at: hidden, as: outsider).map(\.name) == ["Ada"])
            #expect(try await desk.deals(of: hidden, as: outsider).isEmpty)
            #expect(try await desk.deals(of: hidden, as: editor).map(\.dealId) == [deal.id])
            try await fault("not_found") { try await desk.parties(deal, as: outsider) }

            let open = try await desk.deal("Hawk", by: banker)
            let (_, known) = try await desk.newParty("Mistral", .target, on: open, by: banker)
            #expect(try await desk.publish(known, as: desk.person(.compliance)).scope == .directory)
        }
    }

    /// A person who is let in for a time, and one who left.
    @Test func sightOfADealIsSightOfItsOrganizations() async throws {
        try await Desk.with { desk in
            let (banker, guest, compliance) = (desk.person(.banker), desk.person(.banker), desk.person(.compliance))
            let deal = try await desk.deal("Falcon", by: banker)
            let (_, hidden) = try await desk.newParty("Zephyr", .target, on: deal, by: banker)
            let asked = try await desk.ask(for: guest, on: deal, by: banker)
            #expect(try await desk.names("zep", as: guest).isEmpty)
            let crossing = try await desk.decide(.approve, asked, on: deal, as: compliance)
            #expect(try await desk.names("zep", as: guest) == ["Zephyr"])
            #expect(try await desk.get(hidden, as: guest) == hidden)
            #expect(try await desk.deals(of: hidden, as: guest).map(\.dealId) == [deal.id])
            _ = try await desk.end(crossing, on: deal, as: banker)
            #expect(try await desk.names("zep", as: guest).isEmpty)
            try await fault("not_found") { try await desk.get(hidden, as: guest) }
            #expect(try await desk.names("zep", as: compliance) == ["Zephyr"])
            _ = try await desk.update(deal, as: banker) { $0.confidentiality = .set(.secret) }
            #expect(try await desk.names("zep", as: compliance).isEmpty)
            #expect(try await desk.names(as: compliance).isEmpty)
        }
    }

    @Test func eventsOfSecretDealsTellIdsAlone() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker, confidentiality: .secret)
            let (party, hidden) = try await desk.newParty("Zephyr", .target, on: deal, by: banker)
            _ = try await desk.contact("Mx Zephyr", at: hidden, by: banker)
            _ = try await desk.change(hidden, as: banker) { $0.codeAlias = .set("Zephyr Z") }
            let moved = try await desk.change(party, on: deal, as: banker) { $0.codeAlias = .set("Zephyr A") }
            try await desk.remove(moved, from: deal, as: banker)
            let events = try await desk.events()
            #expect(!String(describing: events).contains("Zephyr"))
            let added = try #require(events.first { $0.type == EventType.dealPartyAdded })
            #expect(added.changes.map(\.field) == ["partyId"])

            let open = try await desk.deal("Hawk", by: banker)
            _ = try await desk.newParty("Mistral", .target, on: open, by: banker)
            #expect(String(describing: try await desk.events(of: EventType.organizationCreated)).contains("Mistral"))
        }
    }
}
