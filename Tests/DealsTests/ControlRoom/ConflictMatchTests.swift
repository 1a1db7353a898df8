import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

/// Whom a name or an organization meets.
struct ConflictMatchTests {
    @Test(arguments: [
        ("Acme", "acme"), ("ACME, Inc.", "acme"), ("  Acme   Ltd ", "acme"), ("Acme GmbH & Co. KG", "acme"),
        ("Acme S.A.", "acme"), ("Acme Holdings plc", "acme holdings"), ("Ltd", "ltd"), ("AG Insurance", "ag insurance"),
        ("...", "..."), ("Société Générale S.A.", "société générale"), ("Limited Brands", "limited brands"),
    ])
    func legalFormsAreNoPartOfAName(name: String, key: String) { #expect(MatchKey.of(name) == key) }

    @Test func workingDaysPassOverTheWeekend() {
        // 2026-11-02 is a Monday.
        let days = (0..<7).map { BusinessDate.today.adding(days: $0).adding(workingDays: 2).text }
        #expect(
            days == [
                "2026-11-04", "2026-11-05", "2026-11-06", "2026-11-09", "2026-11-10", "2026-11-10", "2026-11-10",
            ])
    }

    @Test func anOrganizationIsMetByItsFamilyAndByWhatItWasMergedWith() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let parent = try await desk.organization("Parent", by: banker)
            let firm = try await desk.organization("Firm", by: banker, parent: parent)
            let child = try await desk.organization("Child", by: banker, parent: firm)
            let sister = try await desk.organization("Sister", by: banker, parent: parent)
            let old = try await desk.organization("Old Firm", by: banker)
            let entry = try await desk.place(organization: old, on: .restricted, by: compliance)
            #expect(entry.name == "Old Firm" && entry.organizationId == old.id)
            #expect(
                try await desk.answers(organizations: [parent, firm, child, sister], as: banker)
                    == [.clear, .clear, .clear, .clear])
            _ = try await desk.merge(old, into: firm, as: compliance)
            // The firm, its owner and what it owns; its sister is another firm.
            #expect(
                try await desk.answers(organizations: [parent, firm, child, sister], as: banker)
                    == [.refer, .refer, .refer, .clear])
            #expect(
                try await desk.answers(["Firm Ltd", "child", "Old firm plc", "Sister"], as: banker)
                    == [.refer, .refer, .refer, .clear])
        }
    }

    @Test func anEntryOfANameMeetsTheFamilyOfWhoBearsIt() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let parent = try await desk.organization("Parent Holdings", by: banker)
            let firm = try await desk.organization("Firm", by: banker, parent: parent)
            _ = try await desk.place("PARENT HOLDINGS plc", on: .doNotContact, by: compliance)
            #expect(try await desk.answers(organizations: [firm], as: banker) == [.refer])
            #expect(try await desk.answers(["firm"], as: banker) == [.refer])
        }
    }

    @Test func aDealIsNoConflictWithItselfAndAnEndedOneWithNobody() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker, client: "Borealis")
            #expect(try await desk.answers(["Borealis"], deal: deal, as: banker) == [.clear])
            #expect(try await desk.answers(["Borealis"], as: banker) == [.refer])
            let renamed = try await desk.update(deal, as: banker) { $0.clientName = .set("Zephyr") }
            #expect(try await desk.answers(["Borealis", "Zephyr"], as: banker) == [.clear, .refer])
            let lost = try await desk.move(renamed, to: "lost", as: banker, reason: "price")
            #expect(try await desk.answers(["Zephyr"], as: banker) == [.clear])
            let other = try await desk.deal("Hawk", by: banker, client: "Notos")
            let (party, _) = try await desk.newParty("Eurus", .lender, on: other, by: banker)
            #expect(try await desk.answers(["Eurus", "Notos"], as: banker) == [.refer, .refer])
            try await desk.remove(party, from: other, as: banker)
            #expect(try await desk.answers(["Eurus"], as: banker) == [.clear])
            _ = try await desk.delete(other, as: banker)
            #expect(try await desk.answers(["Notos"], as: banker) == [.clear])
            #expect(lost.status == .lost)
            try await fault("not_found") {
                try await desk.answers(["Zephyr"], deal: deal, as: desk.person(.banker))
            }
        }
    }

    @Test func whatIsAskedMustFit() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            func details(_ organizations: [CheckedOrganization]) async throws -> [String] {
                try await fault("validation_failed") {
                    try await desk.call(
                        DealMethods.checkConflicts, NewConflictCheck(organizations: organizations), as: banker)
                }.details
            }
            let none = try await details([])
            #expect(none == ["organizations out_of_range"])
            #expect(
                try await details(Array(repeating: CheckedOrganization(name: "x"), count: 51))
                    == ["organizations out_of_range"])
            #expect(
                try await details([
                    CheckedOrganization(), CheckedOrganization(organizationId: UUIDv7.make(), name: "x"),
                ]) == ["organizations[0] exactly_one", "organizations[1] exactly_one"])
            #expect(
                try await details([CheckedOrganization(organizationId: UUIDv7.make())])
                    == ["organizations[0].organizationId unknown_organization"])
        }
    }

    /// A generated bank: what the indexes find is what a look at everything finds.
    @Test func everyLookFindsWhatALookAtEverythingFinds() async throws {
        try await Desk.with { desk in
            var random = SeededRandom(state: 19)
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let words = ["Acme", "Borealis", "Zephyr", "Notos", "Eurus", "Acme Foods"]
            let forms = ["", " Ltd", " GmbH", ", Inc.", " plc"]
            func name() -> String {
                (words.randomElement(using: &random) ?? "") + (forms.randomElement(using: &random) ?? "")
            }
            var firms: [Organization] = []
            for _ in 0..<8 {
                let parent = Bool.random(using: &random) ? firms.randomElement(using: &random) : nil
                firms.append(try await desk.organization(name(), by: banker, parent: parent))
            }
            var brute = BruteForce(parents: firms)
            for count in 0..<14 {
                let client = name()
                let deal = try await desk.deal("Code \(count)", by: banker, client: client)
                let buyer = name()
                _ = try await desk.counterparty(buyer, on: deal, by: banker)
                let isOver = Int.random(in: 0..<4, using: &random) == 0
                let firm = try #require(firms.randomElement(using: &random))
                _ = try await desk.party(firm, .acquirer, on: deal, by: banker)
                if isOver { _ = try await desk.move(deal, to: "lost", as: banker, reason: "price") }
                if !isOver {
                    brute.deals.append((deal.id, [(client, .client), (buyer, .counterparty)], firm.id))
                }
            }
            for _ in 0..<8 {
                let list = try #require(ControlList.allCases.randomElement(using: &random))
                let firm = Bool.random(using: &random) ? firms.randomElement(using: &random) : nil
                let entry = try await desk.place(
                    firm == nil ? name() : nil, organization: firm, on: list, by: compliance,
                    from: Bool.random(using: &random) ? .today : .tomorrow)
                if Bool.random(using: &random) {
                    _ = try await desk.lift(entry, by: compliance)
                } else if entry.active {
                    brute.entries.append(entry)
                }
            }
            for _ in 0..<60 {
                let firm = Bool.random(using: &random) ? firms.randomElement(using: &random) : nil
                let party = ScreenedParty(
                    organizationId: firm?.id, name: firm?.name ?? name(),
                    role: CheckedRole.allCases.randomElement(using: &random),
                    countsAllDeals: Bool.random(using: &random))
                let found = try await desk.store.read { db in
                    try ConflictMatches.hits(party, for: nil, on: .today, in: db)
                }
                let wanted = brute.matches(party)
                #expect(found.matches.count + found.leftOut == wanted.count)
                #expect(Set(found.matches).isSubset(of: wanted), "\(party)")
                #expect(found.answer == (wanted.contains(where: \.refers) ? .refer : .clear))
            }
        }
    }

    @Test func everyLookWalksAnIndex() async throws {
        try await Desk.with { desk in
            for sql in ConflictMatches.queries {
                let plan = try await desk.store.read { db in
                    try Row.fetchAll(
                        db, sql: "EXPLAIN QUERY PLAN \(sql)",
                        arguments: StatementArguments(
                            Array(repeating: nil as Int?, count: sql.contains("?6") ? 6 : sql.contains("?4") ? 4 : 1))
                    )
                    .map { $0["detail"] as String }
                }
                let tables = ["list_entry", "organization_name", "deal_name", "deal_party", "o", "d", "organization"]
                #expect(!plan.contains { line in tables.contains { line == "SCAN \($0)" } }, "\(plan)")
            }
        }
    }
}

/// Everything that there is, in memory.
private struct BruteForce {
    let parents: [Organization]
    var deals: [(id: UUID, names: [(String, CheckedRole)], firm: UUID)] = []
    var entries: [ListEntry] = []

    init(parents: [Organization]) { self.parents = parents }

    func matches(_ party: ScreenedParty) -> Set<ConflictMatch> {
        var seeds = parents.filter { MatchKey.of($0.name) == MatchKey.of(party.name) }.map(\.id)
        if let id = party.organizationId { seeds.append(id) }
        let family = Set(seeds.flatMap { above($0) + below($0) })
        let keys = Set(
            [MatchKey.of(party.name)] + parents.filter { family.contains($0.id) }.map { MatchKey.of($0.name) })
        var found: Set<ConflictMatch> = []
        for entry in entries
        where keys.contains(MatchKey.of(entry.name)) || entry.organizationId.map(family.contains) ?? false {
            found.insert(.entry(entry.id, entry.list))
        }
        for deal in deals {
            for (name, role) in deal.names where keys.contains(MatchKey.of(name)) && party.isOpposed(to: role) {
                found.insert(.deal(deal.id, role))
            }
            if family.contains(deal.firm), party.isOpposed(to: .other) { found.insert(.deal(deal.id, .other)) }
        }
        return found
    }

    private func above(_ id: UUID) -> [UUID] {
        var (line, next) = ([id], parents.first { $0.id == id }?.parentId)
        while let parent = next {
            line.append(parent)
            next = parents.first { $0.id == parent }?.parentId
        }
        return line
    }

    private func below(_ id: UUID) -> [UUID] {
        [id] + parents.filter { $0.parentId == id }.flatMap { below($0.id) }
    }
}
