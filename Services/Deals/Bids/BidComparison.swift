import Contracts
import Foundation

/// What bids are compared by. Pure and exact: whole minor units, percentages with six decimals, each rounded once, half to
/// even.
enum BidComparison {
    /// Something that is worth so many minor units of one currency.
    struct Entry: Sendable, Hashable {
        let id: UUID
        let receivedOn: BusinessDate
        let units: Int64
    }

    struct Ranked: Sendable, Hashable {
        let id: UUID
        let rank: Int
        let belowBest: Percent
    }

    /// Half-way between two amounts that are not below zero.
    static func mid(_ low: Int64, _ high: Int64) -> Int64 {
        let (half, rest) = (high - low).quotientAndRemainder(dividingBy: 2)
        let mid = low + half
        return rest == 1 && mid & 1 == 1 ? mid + 1 : mid
    }

    static func mid(of price: BidPrice) -> Money? {
        guard let low = price.ends.low, let high = price.ends.high else { return nil }
        return Money(minorUnits: mid(low.minorUnits, high.minorUnits), currency: low.currency)
    }

    /// The best first. Those that are worth the same have the same rank, and stand in the order in which they came in; what
    /// follows them is ranked as if they had different ones: 1, 1, 3.
    static func ranked(_ entries: [Entry]) -> [Ranked] {
        let sorted = entries.sorted { a, b in
            if a.units != b.units { return a.units > b.units }
            return (a.receivedOn, a.id.text) < (b.receivedOn, b.id.text)
        }
        guard let best = sorted.first else { return [] }
        var (rank, last) = (0, best.units)
        return sorted.enumerated().map { index, entry in
            if index == 0 || entry.units < last { rank = index + 1 }
            last = entry.units
            return Ranked(id: entry.id, rank: rank, belowBest: belowBest(entry.units, best: best.units))
        }
    }

    /// By how much of the best one it is below that.
    static func belowBest(_ units: Int64, best: Int64) -> Percent {
        guard best > 0 else { return .zero }
        let whole = Int128(best)
        let exact = (whole - Int128(max(units, 0))) * Int128(Percent.wholeUnits)
        var (share, rest) = exact.quotientAndRemainder(dividingBy: whole)
        if rest * 2 > whole || rest * 2 == whole && share & 1 == 1 { share += 1 }
        return Int64(exactly: share).flatMap(Percent.init(units:)) ?? .zero
    }

    /// Nil where the two are in different currencies or prices of different things: those are never compared.
    static func change(from before: BidPrice, to price: BidPrice) -> Money? {
        guard before.basis == price.basis, let old = mid(of: before), let new = mid(of: price),
            old.currency == new.currency
        else { return nil }
        return Money(minorUnits: new.minorUnits - old.minorUnits, currency: new.currency)
    }

    static func flags(of bid: DealBid, on today: BusinessDate) -> [BidFlag] {
        var flags: [BidFlag] = []
        if let end = bid.expiresOn, end < today { flags.append(.expired) }
        if bid.financing == .notFinanced { flags.append(.notFinanced) }
        if bid.conditions != nil || bid.financing == .contingent { flags.append(.conditional) }
        return flags
    }
}

extension BidGrid {
    /// - Parameters:
    ///   - bids: those of the deal that stand.
    ///   - shown: the number of the one round that is shown; nil for all.
    ///   - currency: what they are ranked in.
    ///   - converted: what each is worth in it, half-way between its ends; those that are not there are unconverted.
    init(
        _ bids: [DealBid], in rounds: [DealRound], shown: Int?, currency: Currency?, converted: [UUID: Money],
        today: BusinessDate
    ) {
        let visible = rounds.filter { shown == nil || $0.number == shown }
        let bidsByRound = Dictionary(grouping: bids, by: \.round)
        var ranks: [UUID: BidComparison.Ranked] = [:]
        let heads = visible.map { round in
            let inRound = bidsByRound[round.number] ?? []
            let rankings = BidBasis.allCases.compactMap { basis -> BidRanking? in
                let ranked = BidComparison.ranked(Self.entries(inRound.filter { $0.price.basis == basis }, converted))
                for bid in ranked { ranks[bid.id] = bid }
                return ranked.isEmpty ? nil : BidRanking(basis: basis, bidIds: ranked.map(\.id))
            }
            return BidGridRound(
                round: round.number, name: round.name, kind: round.kind, status: round.status, rankings: rankings,
                unconverted: inRound.map(\.id).filter { converted[$0] == nil })
        }
        var rows: [BidGridRow] = []
        for (id, own) in Dictionary(grouping: bids, by: \.counterpartyId) {
            let cells = Self.cells(own, converted: converted, ranks: ranks, today: today).filter { cell in
                shown == nil || cell.round == shown
            }
            if cells.isEmpty { continue }
            rows.append(
                BidGridRow(counterpartyId: id, counterpartyName: own[0].counterpartyName, bids: cells))
        }
        let sorted = rows.sorted {
            (FoldedText.of($0.counterpartyName), $0.counterpartyId.text)
                < (FoldedText.of($1.counterpartyName), $1.counterpartyId.text)
        }
        self.init(currency: currency?.code, rounds: heads, rows: sorted)
    }

    /// Of one counterparty, by round.
    private static func cells(
        _ bids: [DealBid], converted: [UUID: Money], ranks: [UUID: BidComparison.Ranked], today: BusinessDate
    ) -> [BidGridCell] {
        var before: DealBid?
        return bids.sorted { $0.round < $1.round }.compactMap { bid -> BidGridCell? in
            defer { before = bid }
            guard var cell = BidGridCell(bid, today: today) else { return nil }
            cell.change = before.flatMap { BidComparison.change(from: $0.price, to: bid.price) }
            cell.converted = converted[bid.id]
            cell.rank = ranks[bid.id]?.rank
            cell.belowBest = ranks[bid.id]?.belowBest
            return cell
        }
    }

    private static func entries(_ bids: [DealBid], _ converted: [UUID: Money]) -> [BidComparison.Entry] {
        bids.compactMap { bid in
            converted[bid.id].map {
                BidComparison.Entry(id: bid.id, receivedOn: bid.receivedOn, units: $0.minorUnits)
            }
        }
    }
}

extension BidGridCell {
    fileprivate init?(_ bid: DealBid, today: BusinessDate) {
        guard let low = bid.price.ends.low, let mid = BidComparison.mid(of: bid.price), let high = bid.price.ends.high
        else { return nil }
        self.init(
            bidId: bid.id, round: bid.round, receivedOn: bid.receivedOn, basis: bid.price.basis, low: low, mid: mid,
            high: high, form: bid.form, financing: bid.financing, flags: BidComparison.flags(of: bid, on: today))
        (cashPercent, exclusivityDays, expiresOn) = (bid.cashPercent, bid.exclusivityDays, bid.expiresOn)
        score = bid.score
    }
}
