import Contracts
import Foundation
import RPC

@testable import deals

/// The calls that stories of fees are told with.
extension Desk {
    static func money(_ amount: String, _ code: String = "USD") -> Money {
        guard let currency = Currency(code: code), let money = Money(amount: amount, currency: currency) else {
            preconditionFailure("\(amount) \(code) is no amount")
        }
        return money
    }

    static func percent(_ text: String) -> Percent {
        guard let percent = Percent(text) else { preconditionFailure("\(text) is no percentage") }
        return percent
    }

    /// 50 000 once.
    static var retainer: FeeTerms {
        var terms = FeeTerms(kind: .retainer, basis: .flat, currency: "USD")
        terms.amount = money("50000")
        return terms
    }

    /// 1 % of the enterprise value.
    static var success: FeeTerms {
        var terms = FeeTerms(kind: .success, basis: .percent, currency: "USD")
        (terms.base, terms.percent) = (.enterpriseValue, percent("1"))
        return terms
    }

    func fees(_ deal: Deal, as person: Person) async throws -> DealFeeList {
        try await call(DealMethods.fees, Nothing(), as: person, on: [deal.id.text])
    }

    func addFee(_ new: NewDealFee, to deal: Deal, as person: Person) async throws -> DealFee {
        try await call(DealMethods.addFee, new, as: person, on: [deal.id.text])
    }

    func change(
        _ fee: DealFee, on deal: Deal, as person: Person, _ change: (inout DealFeePatch) -> Void
    ) async throws -> DealFee {
        var patch = DealFeePatch()
        change(&patch)
        return try await call(
            DealMethods.updateFee, patch, as: person, on: [deal.id.text, fee.id.text], ifMatch: fee.version)
    }

    func remove(_ fee: DealFee, from deal: Deal, as person: Person) async throws {
        _ = try await call(
            DealMethods.removeFee, Nothing(), as: person, on: [deal.id.text, fee.id.text], ifMatch: fee.version)
    }

    func preview(
        _ deal: Deal, _ query: FeePreviewQuery = FeePreviewQuery(), as person: Person
    ) async throws -> FeePreview {
        try await call(DealMethods.previewFees, query, as: person, on: [deal.id.text])
    }

    /// Every call about the fees of one deal, as a name and what it answers to this person.
    func feeCalls(on reference: String, as person: Person) -> [(String, () async throws -> Data)] {
        let child = [reference, UUIDv7.make().text]
        let new = NewDealFee(terms: Self.retainer)
        return [
            ("fees", { try await bytes(DealMethods.fees, Nothing(), as: person, on: [reference]) }),
            ("fees.add", { try await bytes(DealMethods.addFee, new, as: person, on: [reference]) }),
            (
                "fees.update",
                { try await bytes(DealMethods.updateFee, DealFeePatch(), as: person, on: child, ifMatch: 1) }
            ),
            ("fees.remove", { try await bytes(DealMethods.removeFee, Nothing(), as: person, on: child, ifMatch: 1) }),
            (
                "fees.preview",
                { try await bytes(DealMethods.previewFees, FeePreviewQuery(), as: person, on: [reference]) }
            ),
        ]
    }
}
