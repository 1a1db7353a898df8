import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// The register of NDAs, of one deal and of many.
struct NDATests {
    @Test func anExecutedOneSaysThatItWasSigned() async throws {
        try await Desk.with { desk in
            let (lead, reader) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: lead)
            _ = try await desk.add(reader, to: deal, by: lead, access: .read)
            let buyer = try await desk.counterparty("Borealis", on: deal, by: lead)
            let draft = try await desk.nda(with: buyer, on: deal, by: lead)
            #expect(draft.status == .draft && draft.recordedStepId == nil && draft.counterpartyName == "Borealis")
            let signed = try await desk.change(draft, on: deal, as: lead) {
                ($0.status, $0.executedOn) = (.set(.executed), .set(.yesterday))
                ($0.expiresOn, $0.standstillUntil) = (.set(.today.adding(days: 365)), .set(.today.adding(days: 180)))
            }
            let step = try #require(try await desk.steps(of: buyer, on: deal, as: lead).first)
            #expect(signed.recordedStepId == step.id && step.step == .ndaSigned && step.on == .yesterday)
            #expect(try await desk.counterparty(buyer, on: deal, as: lead)?.status == .ndaSigned)
            let types = try await desk.events().suffix(2).map(\.type)
            #expect(types == [EventType.dealNDAUpdated, EventType.dealCounterpartyStepRecorded])
            // It is there now, and is not recorded twice.
            let second = try await desk.nda(with: buyer, on: deal, by: lead, executedOn: .today)
            #expect(second.recordedStepId == nil)
            #expect(try await desk.steps(of: buyer, on: deal, as: lead).count == 1)
            let listed = try await desk.ndas(deal, as: reader)
            #expect(listed.map(\.id) == [draft.id, second.id] && listed.allSatisfy { $0.recordedStepId == nil })
            try await fault("access_too_low") { try await desk.nda(with: buyer, on: deal, by: reader) }
            try await fault("version_mismatch") {
                try await desk.change(draft, on: deal, as: lead) { $0.expiresOn = .clear }
            }
        }
    }

    @Test func whatDoesNotFitIsToldAtOnce() async throws {
        try await Desk.with { desk in
            let lead = desk.person(.banker)
            let (deal, other) = (try await desk.deal("Falcon", by: lead), try await desk.deal("Hawk", by: lead))
            let buyer = try await desk.counterparty("Borealis", on: deal, by: lead)
            func refused(_ change: (inout NewDealNDA) -> Void, on deal: Deal) async throws -> Set<String> {
                var new = NewDealNDA(counterpartyId: buyer.id)
                change(&new)
                let sent = new
                let refused = try await fault("validation_failed") {
                    try await desk.call(DealMethods.addNDA, sent, as: lead, on: [deal.id.text])
                }
                return Set(refused.details)
            }
            let undated = try await refused({ $0.status = .executed }, on: deal)
            #expect(undated == ["executedOn required"])
            let derived = try await refused({ $0.status = .expired }, on: deal)
            #expect(derived == ["status derived"])
            let foreign = try await refused({ $0.executedOn = .today }, on: other)
            #expect(foreign == ["counterpartyId unknown_counterparty", "executedOn not_allowed"])
            let wrong = try await refused(
                {
                    ($0.status, $0.executedOn, $0.expiresOn) = (.executed, .tomorrow, .today)
                    ($0.nonSolicitUntil, $0.documentId) = (.yesterday, UUIDv7.make())
                }, on: deal)
            #expect(
                wrong == [
                    "executedOn in_future", "expiresOn before_execution", "nonSolicitUntil before_execution",
                    "documentId unknown_document",
                ])
            #expect(try await desk.ndas(deal, as: lead).isEmpty)
        }
    }

    @Test func itHasExpiredTheDayAfterItsLast() async throws {
        try await Desk.with { desk in
            let lead = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: lead)
            let buyer = try await desk.counterparty("Borealis", on: deal, by: lead)
            let nda = try await desk.nda(with: buyer, on: deal, by: lead, executedOn: .yesterday, expiresOn: .today)
            #expect(nda.status == .executed)
            #expect(try await desk.ndas(deal, expiringWithin: 0, as: lead).map(\.id) == [nda.id])
            desk.clock.advance(days: 1)
            #expect(try await desk.ndas(deal, as: lead).map(\.status) == [.expired])
            #expect(try await desk.ndas(deal, expiringWithin: 3650, as: lead).isEmpty)
            let longer = try await desk.change(nda, on: deal, as: lead) { $0.expiresOn = .set(.today.adding(days: 40)) }
            #expect(longer.status == .executed && longer.version == 2)
            #expect(try await desk.ndas(deal, expiringWithin: 38, as: lead).isEmpty)
            #expect(try await desk.ndas(deal, expiringWithin: 39, as: lead).count == 1)
            try await fault("query_invalid") { try await desk.ndas(deal, expiringWithin: -1, as: lead) }
        }
    }

    /// Everybody's page holds what he may see, and nothing else, whatever way leads to it.
    @Test func whatExpiresSoonIsShownToWhoMaySeeTheDeal() async throws {
        try await Desk.with { desk in
            var random = SeededRandom(state: 5)
            let bankers = (0..<3).map { _ in desk.person(.banker) }
            let (officer, observer) = (desk.person(.compliance), desk.person(.observer))
            var all: [(deal: Deal, nda: DealNDA)] = []
            for index in 0..<9 {
                let owner = bankers[index % 3]
                let level: Confidentiality = index % 4 == 0 ? .secret : .confidential
                let deal = try await desk.deal("Code \(index)", by: owner, confidentiality: level)
                if index % 2 == 0 {
                    _ = try await desk.add(observer, to: deal, by: owner, access: .read, role: .observer)
                }
                let buyer = try await desk.counterparty("Buyer \(index)", on: deal, by: owner)
                for _ in 0..<3 {
                    let last = BusinessDate.today.adding(days: Int.random(in: -5...60, using: &random))
                    all.append(
                        (
                            deal,
                            try await desk.nda(
                                with: buyer, on: deal, by: owner, executedOn: .today.adding(days: -30),
                                expiresOn: last)
                        ))
                }
            }
            for person in bankers + [officer, observer] {
                var expected: [UUID] = []
                for (deal, nda) in all where (try? await desk.get(deal, as: person)) != nil {
                    guard let last = nda.expiresOn, last >= .today, last <= .today.adding(days: 30) else { continue }
                    expected.append(nda.id)
                }
                var (found, cursor): ([ExpiringNDA], String?) = ([], nil)
                repeat {
                    let page = try await desk.call(
                        DealMethods.expiringNDAs, ExpiringNDAQuery(limit: 2, cursor: cursor), as: person)
                    found += page.items
                    cursor = page.nextCursor
                } while cursor != nil
                #expect(Set(found.map(\.nda.id)) == Set(expected) && found.count == expected.count)
                let days = found.compactMap(\.nda.expiresOn)
                #expect(days == days.sorted())
            }
            try await fault("forbidden") {
                try await desk.call(DealMethods.expiringNDAs, ExpiringNDAQuery(), as: desk.person(.management))
            }
        }
    }
}
