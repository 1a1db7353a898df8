import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// People are found by name, e-mail address and telephone number, wherever they are.
struct PersonFindTests {
    private static func add(
        _ name: String, _ email: String? = nil, _ phone: String? = nil, at organization: Organization, _ desk: Desk,
        by person: Person
    ) async throws -> ContactPerson {
        let new = NewContactPerson(name: name, email: email, phone: phone)
        return try await desk.call(DealMethods.addPerson, new, as: person, on: [organization.id.text])
    }

    @Test func eachWordThatIsTypedBeginsOneOfTheirs() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let firm = try await desk.organization("Northwind", by: banker)
            _ = try await Self.add(
                "Ada Byron-King", "ada.king@nw.example", "+49 69 5550 100", at: firm, desk, by: banker)
            _ = try await Self.add("Adam Smith", "smith@glasgow.example", "0141 555 0199", at: firm, desk, by: banker)
            let cases = [
                ("ada", ["Ada Byron-King", "Adam Smith"]), ("byron", ["Ada Byron-King"]), ("KING", ["Ada Byron-King"]),
                ("ada king", ["Ada Byron-King"]), ("ad smi", ["Adam Smith"]), ("ada jones", []), ("yron", []),
                ("ada.king@", ["Ada Byron-King"]), ("glasgow.example", ["Adam Smith"]),
                ("smith@glasgow", ["Adam Smith"]),
                ("069 5550 100", ["Ada Byron-King"]), ("5550-100", ["Ada Byron-King"]),
                ("+49 (69) 5550100", ["Ada Byron-King"]), ("0199", ["Adam Smith"]), ("199", []), ("---", []),
            ]
            for (q, names) in cases { #expect(try await desk.found(q, as: banker) == names, "\(q)") }
            let hit = try await desk.call(DealMethods.findPersons, PersonFindQuery(q: "byron"), as: banker).items.first
            #expect(hit?.organizationName == "Northwind" && hit?.person.organizationId == firm.id)
            let one = try await desk.call(DealMethods.findPersons, PersonFindQuery(q: "ada", limit: 1), as: banker)
            #expect(one.items.count == 1)
            for query in [PersonFindQuery(q: " "), PersonFindQuery(q: "a", limit: 21)] {
                try await fault("query_invalid") { try await desk.call(DealMethods.findPersons, query, as: banker) }
            }
            for role in [Role.admin, .management] {
                try await fault("forbidden") { try await desk.found("ada", as: desk.person(role)) }
            }
        }
    }

    @Test func theyAreFoundAsTheyAreNow() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let firm = try await desk.organization("Northwind", by: banker)
            let ada = try await Self.add("Ada Byron", at: firm, desk, by: banker)
            var patch = ContactPersonPatch()
            patch.name = .set("Ada King")
            let renamed = patch
            let path = [firm.id.text, ada.id.text]
            _ = try await desk.call(DealMethods.updatePerson, renamed, as: banker, on: path, ifMatch: 1)
            #expect(try await desk.found("byron", as: banker).isEmpty)
            #expect(try await desk.found("king", as: banker) == ["Ada King"])
            _ = try await desk.call(DealMethods.removePerson, Nothing(), as: banker, on: path, ifMatch: 2)
            #expect(try await desk.found("king", as: banker).isEmpty)
        }
    }

    @Test func peopleOfHiddenOrganizationsAreFoundByThoseWhoKnowOfThem() async throws {
        try await Desk.with { desk in
            let (banker, compliance, outsider) = (desk.person(.banker), desk.person(.compliance), desk.person(.banker))
            for level in [Confidentiality.confidential, .secret] {
                let deal = try await desk.deal("Falcon \(level.rawValue)", by: banker, confidentiality: level)
                let (_, hidden) = try await desk.newParty("Zephyr \(level.rawValue)", .target, on: deal, by: banker)
                _ = try await Self.add(
                    "Mx \(level.rawValue)", "mx@\(level.rawValue).example", at: hidden, desk, by: banker)
            }
            #expect(try await desk.found("mx", as: banker) == ["Mx confidential", "Mx secret"])
            #expect(try await desk.found("mx", as: compliance) == ["Mx confidential"])
            #expect(try await desk.found("secret.example", as: compliance).isEmpty)
            #expect(try await desk.found("mx", as: outsider).isEmpty)
        }
    }
}
