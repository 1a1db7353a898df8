import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// Who sees some of many deals gets, whatever he asks, the very bytes that he would get if the others were not there.
struct FindingNeedToKnowTests {
    /// Every way to ask, with words that are in the texts of hidden deals.
    private static func answers(_ desk: Desk, as person: Person) async throws -> [String: Data] {
        var answers: [String: Data] = [:]
        for word in ["falcon", "teaser", "parcel", "wind", "d-2026", "a"] {
            answers["find \(word)"] = try await desk.bytes(DealMethods.find, DealFindQuery(q: word), as: person)
            let listed = DealQuery(limit: 3, sort: "probability,-codeName", q: word, count: true, include: "team")
            answers["list \(word)"] = try await desk.bytes(DealMethods.list, listed, as: person)
            let search = DealSearch(filter: .not(.field(.q, .contains, .text(word))), limit: 2, count: true)
            answers["search \(word)"] = try await desk.bytes(DealMethods.search, search, as: person)
        }
        for type in [DealType.sellSideMA, .ecmIPO] {
            for sort in ["-updatedAt", "codeName"] {
                let query = DealBoardQuery(pipeline: type, limit: 2, sort: sort)
                answers["board \(type) \(sort)"] = try await desk.bytes(DealMethods.board, query, as: person)
            }
        }
        for view in try await desk.call(DealMethods.views, DealViewQuery(), as: person).items {
            answers["view \(view.name)"] = try await desk.bytes(
                DealMethods.viewDeals, ViewDealsQuery(limit: 2, count: true), as: person, on: [view.id.text])
        }
        return answers
    }

    private static func deal(
        _ name: String, _ desk: Desk, by owner: Person, _ random: inout SeededRandom, hidden: Bool
    ) async throws -> Deal {
        let type: DealType = Bool.random(using: &random) ? .sellSideMA : .ecmIPO
        let level: Confidentiality = hidden ? .secret : .confidential
        let client = Bool.random(using: &random) ? "Northwind" : "Aurora"
        let deal = try await desk.deal(name, by: owner, type: type, client: client, confidentiality: level)
        let (units, percent) = (Int64.random(in: 1...9999, using: &random), Int.random(in: 0...100, using: &random))
        let changed = try await desk.update(deal, as: owner) {
            $0.value = Currency(code: "USD").map { .set(Money(minorUnits: units, currency: $0)) }
            $0.probability = .set(percent)
            $0.nextStep = .set("Send the teaser")
            $0.description = .set("Parcel business")
        }
        _ = try await desk.write("A call about falcon", on: deal, as: owner)
        return changed
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func hiddenDealsChangeNoByteOfAnyAnswer(seed: UInt64) async throws {
        try await Desk.with { desk in
            var random = SeededRandom(state: seed)
            let (banker, other) = (desk.person(.banker), desk.person(.banker))
            let readers = [banker, desk.person(.observer), desk.person(.compliance), desk.person(.banker)]
            for (name, scope) in [("Mine", DealViewScope.private), ("All", .firm)] {
                let filter = DealFilter.field(.probability, .gte, .integer(10))
                let view = NewDealView(name: name, scope: scope, filter: filter)
                _ = try await desk.call(DealMethods.createView, view, as: banker)
            }
            for count in 0..<8 {
                let deal = try await Self.deal("Own \(count)", desk, by: banker, &random, hidden: false)
                if count % 2 == 0 { _ = try await desk.add(readers[1], to: deal, by: banker, access: .read) }
            }
            _ = try await desk.cross(
                readers[3], on: Self.deal("Crossed", desk, by: banker, &random, hidden: false), by: banker,
                and: readers[2])
            var before: [[String: Data]] = []
            for reader in readers { before.append(try await Self.answers(desk, as: reader)) }
            for count in 0..<12 {
                let name = "Falcon \(count)"
                let deal = try await Self.deal(name, desk, by: other, &random, hidden: true)
                // Somebody who has left the team is nobody to the deal.
                if count % 3 == 0 {
                    _ = try await desk.add(banker, to: deal, by: other, access: .read)
                    try await desk.remove(banker, from: deal, by: other)
                }
            }
            for (reader, answers) in zip(readers, before) {
                let after = try await Self.answers(desk, as: reader)
                for (name, bytes) in answers { #expect(after[name] == bytes, "\(reader.role) \(name)") }
            }
            #expect(before.allSatisfy { $0.count > 20 })
        }
    }
}
