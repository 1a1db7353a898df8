import Contracts
import Foundation
import RPC
import Storage
import Testing

@testable import deals

/// Which fees the rule `fee_present` counts.
struct FeeRuleTests {
    @Test func aFeeCountsFromItsContractOnUntilItIsGivenUp() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let now = desk.clock.now()
            func counts() async throws -> Bool {
                try await desk.store.read { db in
                    try DealFacts.read(of: deal, in: Pipeline.builtIn(for: .sellSideMA), at: now, in: db)
                }.hasContractedFee
            }
            var terms = FeeTerms(kind: .retainer, basis: .flat, currency: "USD")
            terms.amount = try Exact.money("5")
            var fee = try await desk.call(
                DealMethods.addFee, NewDealFee(terms: terms), as: banker, on: [deal.id.text])
            #expect(try await !counts())
            func change(_ status: FeeStatus, reason: String? = nil) async throws -> DealFee {
                var patch = DealFeePatch()
                patch.status = .set(status)
                patch.waiveReason = reason.map(Patch.set)
                return try await desk.call(
                    DealMethods.updateFee, patch, as: banker, on: [deal.id.text, fee.id.text], ifMatch: fee.version)
            }
            fee = try await change(.contracted)
            #expect(try await counts())
            fee = try await change(.invoiced)
            #expect(try await counts())
            fee = try await change(.waived, reason: "the client is an old friend")
            #expect(try await !counts())
            let other = try await desk.call(
                DealMethods.addFee, NewDealFee(terms: terms, status: .contracted), as: banker, on: [deal.id.text])
            #expect(try await counts())
            _ = try await desk.call(
                DealMethods.removeFee, Nothing(), as: banker, on: [deal.id.text, other.id.text],
                ifMatch: other.version)
            #expect(try await !counts())
        }
    }
}
