import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// Many counterparties at once: from pasted text, a universe, or another deal.
struct CounterpartyBulkTests {
    private static func read(_ text: String) throws -> [[PastedColumn: String]] {
        try PastedCounterparties(text).rows.map(\.cells)
    }

    @Test func plainNamesAreReadLineByLine() throws {
        let pasted = try PastedCounterparties("Borealis SE\r\n\n  Contoso, Inc. \nFabrikam")
        #expect(pasted.rows.map { $0.cells[.name] } == ["Borealis SE", "Contoso, Inc.", "Fabrikam"])
        #expect(pasted.rows.map(\.line) == [1, 3, 4])
    }

    @Test func tablesAreReadByTheirFirstLine() throws {
        let expected: [[PastedColumn: String]] = [
            [.name: "Borealis, SE", .tier: "a", .kind: "Private Equity"], [.name: "Contoso", .tier: "B"],
        ]
        #expect(try Self.read("Tier,Buyer,Type\na,\"Borealis, SE\",Private Equity\nB,Contoso,\n") == expected)
        #expect(
            try Self.read("Tier\tBuyer\tType\na\tBorealis, SE\tPrivate Equity\nB\tContoso\t\n") == expected)
        let more = try PastedCounterparties("name,Fund size,alias\nBorealis,2bn,Wren")
        #expect(more.ignored == ["Fund size"])
        #expect(more.rows == [PastedRow(line: 2, cells: [.name: "Borealis", .codeAlias: "Wren"])])
    }

    @Test(arguments: [
        ("", "required"), (" \n ", "required"), ("A\tB\n1\t2", "header_missing"), ("name,tier\n\"A", "quote_open"),
        (String(repeating: "x", count: PastedCounterparties.bytesMax + 1), "too_long"),
    ])
    func whatIsNeitherIsRefused(text: String, code: String) {
        let fault = #expect(throws: RPCFault.self) { try PastedCounterparties(text) }
        #expect(fault?.errors.codes == [code])
    }

    @Test func kindsAreReadAsPeopleWriteThem() {
        #expect(CounterpartyKind(pasted: " Family  Office") == .familyOffice)
        #expect(CounterpartyKind(pasted: "PE") == .sponsor && CounterpartyKind(pasted: "Trade") == .strategic)
        #expect(CounterpartyKind(pasted: "club") == nil)
    }

    @Test func pastedRowsAreAddedOnceAndEachSaysWhatBecameOfIt() async throws {
        try await Desk.with { desk in
            let lead = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: lead)
            let there = try await desk.counterparty("Borealis", on: deal, by: lead)
            let text = "name,tier,kind\nborealis,A,\nContoso,b,sponsor\ncontoso,,\n,A,\nFabrikam,Z,club\nZeta,,"
            let trial = try await desk.bulk(CounterpartyBulk(text: text, dryRun: true), on: deal, as: lead)
            #expect(trial.dryRun && trial.items.map(\.outcome) == [.exists, .added, .exists, .error, .error, .added])
            #expect(try await desk.counterparties(deal, as: lead).count == 1)
            let result = try await desk.bulk(
                CounterpartyBulk(text: text, kind: .strategic, tier: "C"), on: deal, as: lead)
            #expect(result.items.map(\.outcome) == trial.items.map(\.outcome))
            #expect(result.items.map(\.row) == [2, 3, 4, 5, 6, 7])
            #expect(result.items[0].counterpartyId == there.id)
            #expect(result.items[2].counterpartyId == result.items[1].counterpartyId)
            #expect(result.items[3].errors.codes == ["too_short"] && result.items[4].errors.codes == ["invalid"])
            let all = try await desk.counterparties(deal, as: lead)
            #expect(all.map(\.name) == ["Borealis", "Contoso", "Zeta"])
            #expect(all.map(\.tier) == [nil, "B", "C"] && all.map(\.kind) == [.strategic, .sponsor, .strategic])
            let added = try await desk.events().filter { $0.type == EventType.dealCounterpartyAdded }
            #expect(added.count == 3)
            let again = try await desk.bulk(CounterpartyBulk(text: text), on: deal, as: lead)
            #expect(!again.items.map(\.outcome).contains(.added))
        }
    }

    @Test func aUniverseIsAddedAsFarAsOneKnowsOfIt() async throws {
        try await Desk.with { desk in
            let (lead, stranger) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: lead)
            let other = try await desk.deal("Hawk", by: stranger)
            let known = try await desk.organization("Borealis SE", by: stranger)
            let (_, hidden) = try await desk.newParty("Silent AG", .target, on: other, by: stranger)
            let ids = [known.id, hidden.id, UUIDv7.make(), known.id]
            let result = try await desk.bulk(CounterpartyBulk(organizationIds: ids, tier: "A"), on: deal, as: lead)
            #expect(result.items.map(\.outcome) == [.added, .error, .error, .exists])
            #expect(result.items[1].errors == result.items[2].errors && result.items[1].name.isEmpty)
            let buyer = try #require(try await desk.counterparties(deal, as: lead).first)
            #expect(buyer.organizationId == known.id && buyer.kind == .strategic && buyer.tier == "A")
        }
    }

    @Test func anotherDealsListIsCopiedByWhoMayReadIt() async throws {
        try await Desk.with { desk in
            let (lead, stranger) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: lead)
            let own = try await desk.deal("Kestrel", by: lead)
            let foreign = try await desk.deal("Hawk", by: stranger)
            _ = try await desk.counterparty("Secretive", on: foreign, by: stranger)
            _ = try await desk.counterparty("Borealis", on: own, by: lead, kind: .sovereign, approved: true) {
                ($0.codeAlias, $0.notes, $0.tier) = ("Wren", "of that deal", "B")
            }
            let result = try await desk.bulk(CounterpartyBulk(fromDeal: own.number), on: deal, as: lead)
            #expect(result.items.map(\.outcome) == [.added])
            let copy = try #require(try await desk.counterparties(deal, as: lead).first)
            #expect(copy.name == "Borealis" && copy.kind == .sovereign && copy.tier == "B")
            #expect(copy.codeAlias == nil && copy.notes == nil && copy.status == .identified)
            let hidden = try await fault("validation_failed") {
                try await desk.bulk(CounterpartyBulk(fromDeal: foreign.id.text), on: deal, as: lead)
            }
            let absent = try await fault("validation_failed") {
                try await desk.bulk(CounterpartyBulk(fromDeal: UUIDv7.make().text), on: deal, as: lead)
            }
            #expect(hidden == absent && hidden.details == ["fromDeal unknown_deal"])
        }
    }

    @Test func thereIsOneSourceOfSoManyRows() async throws {
        try await Desk.with { desk in
            let lead = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: lead)
            let many = (0...CounterpartyBulkStore.rowsMax).map { "Buyer \($0)" }.joined(separator: "\n")
            for (bulk, detail) in [
                (CounterpartyBulk(), "text exactly_one"),
                (CounterpartyBulk(organizationIds: [], text: "A"), "text exactly_one"),
                (CounterpartyBulk(organizationIds: []), "organizationIds out_of_range"),
                (CounterpartyBulk(text: many), "text out_of_range"),
            ] {
                let refused = try await fault("validation_failed") { try await desk.bulk(bulk, on: deal, as: lead) }
                #expect(refused.details == [detail])
            }
        }
    }
}
