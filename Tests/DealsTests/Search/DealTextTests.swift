import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

/// `q` finds words of all that a deal says, wherever lists are asked for.
struct DealTextTests {
    private static func names(_ desk: Desk, _ text: String, as person: Person) async throws -> [String] {
        let page = try await desk.list(DealQuery(q: text, count: true), as: person)
        #expect(page.total == page.items.count)
        return page.items.map(\.codeName)
    }

    @Test func everyTextOfADealIsFoundByItsWords() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker, client: "Northwind")
            _ = try await desk.deal("Hawk", by: banker, client: "Aurora")
            _ = try await desk.update(deal, as: banker) {
                $0.realName = .set("Sale of the Ärzte group")
                $0.nextStep = .set("Send the teaser")
                $0.description = .set("Parcel business,\nstrategic buyer")
            }
            for text in ["arzte", "ÄRZ", "teas", "parcel", "strategic", "northwind parcel", "buyer falc"] {
                #expect(try await Self.names(desk, text, as: banker) == ["Falcon"], "\(text)")
            }
            for text in ["arcel", "teaser hawk", "easer"] {
                #expect(try await Self.names(desk, text, as: banker) == [], "\(text)")
            }
        }
    }

    @Test func wordsFollowTheirText() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let first = try await desk.update(deal, as: banker) { $0.nextStep = .set("Send the teaser") }
            _ = try await desk.update(first, as: banker) { $0.nextStep = .set("Sign the letter") }
            #expect(try await Self.names(desk, "teaser", as: banker) == [])
            #expect(try await Self.names(desk, "letter", as: banker) == ["Falcon"])
        }
    }

    @Test func activitiesAreFoundUntilTheyAreRemoved() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let note = try await desk.write("They sign the confidentiality agreement", on: deal, as: banker)
            let other = try await desk.write("The agreement is here", on: deal, as: banker)
            #expect(try await Self.names(desk, "confid agreement", as: banker) == ["Falcon"])
            let changed = try await desk.change(note, on: deal, as: banker) { $0.text = .set("They wait") }
            #expect(try await Self.names(desk, "confidentiality", as: banker) == [])
            #expect(try await Self.names(desk, "wait", as: banker) == ["Falcon"])
            try await desk.remove(changed, from: deal, as: banker)
            #expect(try await Self.names(desk, "wait", as: banker) == [])
            try await desk.remove(other, from: deal, as: banker)
            #expect(try await Self.names(desk, "agreement", as: banker) == [])
        }
    }

    /// Nothing that is typed is read as an operator.
    @Test func whatIsTypedIsNeverSyntax() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            _ = try await desk.deal("Falcon", by: banker)
            for text in ["\"", "'", "fal* OR", "NEAR(a b)", "falcon AND", "{x}:", "(", "-falcon x", "%' --"] {
                #expect(try await Self.names(desk, text, as: banker) == [], "\(text)")
            }
            #expect(try await Self.names(desk, "\"falcon\"", as: banker) == ["Falcon"])
            let many = (0..<9).map { "w\($0)" }.joined(separator: " ")
            let refused = try await fault("query_invalid") { try await desk.list(DealQuery(q: many), as: banker) }
            #expect(refused.details == ["q too_many"])
        }
    }

    /// A file from before there was an index gets the very words that are written along the way.
    @Test func anIndexThatIsFilledIsTheOneThatWasKept() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            _ = try await desk.update(deal, as: banker) { $0.description = .set("Parcel business") }
            let gone = try await desk.write("Removed words", on: deal, as: banker)
            _ = try await desk.write("Words that stay", on: deal, as: banker)
            try await desk.remove(gone, from: deal, as: banker)
            let sql = """
                SELECT hex(deal_id) || word || hex(source) FROM deal_word
                UNION ALL SELECT words FROM deal UNION ALL SELECT term || doc FROM deal_text_part
                UNION ALL SELECT rowid FROM deal_facet WHERE deal_facet MATCH 't73656c6c5f736964655f6d61 AND s6f726967696e6174696f6e' ORDER BY 1
                """
            let (kept, filled) = try await desk.store.write { db in
                try WordIndex.settle(atLeast: 1, in: db)
                let kept = try String.fetchAll(db, sql: sql)
                try WordIndex.fill(in: db)
                return (kept, try String.fetchAll(db, sql: sql))
            }
            #expect(kept == filled && kept.count > 40)
        }
    }

    @Test func theSchemaTakesNoWordsOfARemovedActivity() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let note = try await desk.write("Words", on: deal, as: banker)
            try await desk.remove(note, from: deal, as: banker)
            await #expect(throws: DatabaseError.self) {
                try await desk.store.write { db in try WordIndex.add(note, to: deal.id, in: db) }
            }
        }
    }
}
