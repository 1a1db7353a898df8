import Contracts
import Foundation
import RPC
import Synchronization
import Testing

@testable import deals

/// Amounts and shares as stories write them.
enum Exact {
    static func money(_ amount: String, _ code: String = "USD") throws -> Money {
        try #require(Currency(code: code).flatMap { Money(amount: amount, currency: $0) })
    }

    static func percent(_ text: String) throws -> Percent { try #require(Percent(text)) }
}

/// The calls that stories of bids, credits and tails are told with.
extension Desk {
    func bidder(_ name: String, on deal: Deal, by person: Person) async throws -> Counterparty {
        let new = NewCounterparty(name: name, kind: .strategic)
        return try await call(DealMethods.addCounterparty, new, as: person, on: [deal.id.text])
    }

    func round(_ kind: DealRoundKind = .ioi, on deal: Deal, by person: Person) async throws -> DealRound {
        let new = NewDealRound(name: "Round", kind: kind)
        return try await call(DealMethods.addRound, new, as: person, on: [deal.id.text])
    }

    func rounds(_ deal: Deal, as person: Person) async throws -> [DealRound] {
        try await call(DealMethods.rounds, Nothing(), as: person, on: [deal.id.text]).items
    }

    func change(
        _ round: DealRound, on deal: Deal, as person: Person, _ change: (inout DealRoundPatch) -> Void
    ) async throws -> DealRound {
        var patch = DealRoundPatch()
        change(&patch)
        return try await call(
            DealMethods.updateRound, patch, as: person, on: [deal.id.text, round.id.text], ifMatch: round.version)
    }

    /// Of so many US dollars, for the enterprise, unless the story wants another.
    func bid(
        _ amount: String, _ code: String = "USD", of counterparty: Counterparty, in round: Int, on deal: Deal,
        by person: Person, _ change: (inout NewDealBid) -> Void = { _ in }
    ) async throws -> DealBid {
        let price = BidPrice(point: try Exact.money(amount, code), basis: .enterpriseValue)
        var new = NewDealBid(counterpartyId: counterparty.id, round: round, price: price)
        change(&new)
        return try await call(DealMethods.addBid, new, as: person, on: [deal.id.text])
    }

    func bids(_ deal: Deal, as person: Person, _ query: DealBidQuery = DealBidQuery()) async throws -> DealBidPage {
        try await call(DealMethods.bids, query, as: person, on: [deal.id.text])
    }

    func change(
        _ bid: DealBid, on deal: Deal, as person: Person, _ change: (inout DealBidPatch) -> Void
    ) async throws -> DealBid {
        var patch = DealBidPatch()
        change(&patch)
        return try await call(
            DealMethods.updateBid, patch, as: person, on: [deal.id.text, bid.id.text], ifMatch: bid.version)
    }

    func withdraw(_ bid: DealBid, on deal: Deal, as person: Person, reason: String = "no money") async throws -> DealBid
    {
        try await call(
            DealMethods.withdrawBid, BidWithdrawal(reason: reason), as: person, on: [deal.id.text, bid.id.text],
            ifMatch: bid.version)
    }

    func grid(_ deal: Deal, as person: Person, _ query: BidGridQuery = BidGridQuery()) async throws -> BidGrid {
        try await call(DealMethods.bidGrid, query, as: person, on: [deal.id.text])
    }

    func gridFile(_ reference: String, as person: Person, _ query: BidGridQuery = BidGridQuery()) async throws -> String
    {
        let bytes = Mutex(Data())
        var asked = context(person)
        asked.resource = [reference]
        let told = asked
        try await BidHandlers(store: store, now: clock.now).file(query, told) { part in
            if case .bytes(let data) = part { bytes.withLock { $0.append(data) } }
        }
        return String(decoding: bytes.withLock { $0 }, as: UTF8.self)
    }

    func credits(_ deal: Deal, as person: Person) async throws -> DealCredits {
        try await call(DealMethods.credits, Nothing(), as: person, on: [deal.id.text])
    }

    func setCredits(
        _ shares: [(Person, String)], of deal: Deal, as person: Person, ifMatch: Int64?
    ) async throws -> DealCredits {
        let items = try shares.map { NewDealCredit(userId: $0.id, share: try Exact.percent($1)) }
        return try await call(
            DealMethods.setCredits, DealCreditsEdit(items: items), as: person, on: [deal.id.text], ifMatch: ifMatch)
    }

    func tail(_ deal: Deal, as person: Person) async throws -> DealTail {
        try await call(DealMethods.tail, Nothing(), as: person, on: [deal.id.text])
    }

    func setTail(
        _ months: Int, startsOn: BusinessDate? = nil, of deal: Deal, as person: Person, ifMatch: Int64? = nil,
        covers: [Counterparty]? = nil
    ) async throws -> DealTail {
        let new = NewDealTail(months: months, startsOn: startsOn, counterpartyIds: covers?.map(\.id))
        return try await call(DealMethods.setTail, new, as: person, on: [deal.id.text], ifMatch: ifMatch)
    }

    func removeTail(of deal: Deal, as person: Person, ifMatch: Int64?) async throws {
        _ = try await call(DealMethods.removeTail, Nothing(), as: person, on: [deal.id.text], ifMatch: ifMatch)
    }

    func tails(_ query: TailQuery = TailQuery(), as person: Person) async throws -> LiveTailPage {
        try await call(DealMethods.tails, query, as: person)
    }

    /// Every call about the bids, credits and tail of one deal, as a name and what it answers to this person.
    func bidCalls(on reference: String, as person: Person) -> [(String, () async throws -> Data)] {
        let child = [reference, UUIDv7.make().text]
        let round = NewDealRound(name: "Round", kind: .loi)
        let credits = DealCreditsEdit(items: [NewDealCredit(userId: person.id, share: .whole)])
        let query = BidGridQuery(round: 1, convertTo: "EUR")
        return [
            ("rounds", { try await bytes(DealMethods.rounds, Nothing(), as: person, on: [reference]) }),
            ("rounds.add", { try await bytes(DealMethods.addRound, round, as: person, on: [reference]) }),
            (
                "rounds.update",
                { try await bytes(DealMethods.updateRound, DealRoundPatch(), as: person, on: child, ifMatch: 1) }
            ),
            ("bids", { try await bytes(DealMethods.bids, DealBidQuery(), as: person, on: [reference]) }),
            (
                "bids.add",
                {
                    let price = BidPrice(point: try Exact.money("5"), basis: .perShare)
                    let new = NewDealBid(counterpartyId: UUID(), round: 1, price: price)
                    return try await bytes(DealMethods.addBid, new, as: person, on: [reference])
                }
            ),
            (
                "bids.update",
                { try await bytes(DealMethods.updateBid, DealBidPatch(), as: person, on: child, ifMatch: 1) }
            ),
            (
                "bids.withdraw",
                {
                    let withdrawal = BidWithdrawal(reason: "")
                    return try await bytes(DealMethods.withdrawBid, withdrawal, as: person, on: child, ifMatch: 1)
                }
            ),
            ("bids.grid", { try await bytes(DealMethods.bidGrid, query, as: person, on: [reference]) }),
            ("bids.grid.csv", { Data(try await gridFile(reference, as: person, query).utf8) }),
            ("credits", { try await bytes(DealMethods.credits, Nothing(), as: person, on: [reference]) }),
            (
                "credits.set",
                { try await bytes(DealMethods.setCredits, credits, as: person, on: [reference], ifMatch: 0) }
            ),
            ("tail", { try await bytes(DealMethods.tail, Nothing(), as: person, on: [reference]) }),
            (
                "tail.set",
                { try await bytes(DealMethods.setTail, NewDealTail(months: 6), as: person, on: [reference]) }
            ),
            (
                "tail.remove",
                { try await bytes(DealMethods.removeTail, Nothing(), as: person, on: [reference], ifMatch: 1) }
            ),
        ]
    }
}
