import Contracts
import RPC

/// What events tell of rounds and of bids.
enum BidChanges {
    /// What an event of a secret deal tells, too.
    static func ids(_ before: DealRound?, _ after: DealRound) -> [FieldChange] {
        [FieldChange("roundId", before: before?.id.text, after: after.id.text)]
    }

    static func ids(_ before: DealBid?, _ after: DealBid) -> [FieldChange] {
        [
            FieldChange("bidId", before: before?.id.text, after: after.id.text),
            FieldChange("counterpartyId", before: before?.counterpartyId.text, after: after.counterpartyId.text),
        ]
    }

    /// - Parameter before: nil for one that was just added.
    static func between(_ before: DealRound?, _ after: DealRound) -> [FieldChange] {
        changes(before.map(fields) ?? [:], fields(after), roundNames)
    }

    /// - Parameter before: nil for one that was just added.
    static func between(_ before: DealBid?, _ after: DealBid) -> [FieldChange] {
        changes(before.map(fields) ?? [:], fields(after), bidNames)
    }

    private static func changes(
        _ old: [String: String], _ new: [String: String], _ names: [String]
    ) -> [FieldChange] {
        names.compactMap { name in
            old[name] == new[name] ? nil : FieldChange(name, before: old[name], after: new[name])
        }
    }

    private static let roundNames = ["round", "name", "kind", "bidsDueOn", "processLetterId", "status"]

    private static let bidNames = [
        "counterpartyName", "round", "receivedOn", "price", "basis", "form", "cashPercent", "financing", "conditions",
        "exclusivityDays", "expiresOn", "score", "note", "status", "supersedes", "withdrawalReason",
    ]

    private static func fields(_ round: DealRound) -> [String: String] {
        let all: [String: String?] = [
            "round": String(round.number), "name": round.name, "kind": round.kind.rawValue,
            "bidsDueOn": round.bidsDueOn?.text, "processLetterId": round.processLetterId?.text,
            "status": round.status.rawValue,
        ]
        return all.compactMapValues { $0 }
    }

    private static func fields(_ bid: DealBid) -> [String: String] {
        let ends = [bid.price.point, bid.price.low, bid.price.high].compactMap { $0 }
        let all: [String: String?] = [
            "counterpartyName": bid.counterpartyName, "round": String(bid.round), "receivedOn": bid.receivedOn.text,
            "price": ends.map { "\($0.amount) \($0.currency.code)" }.joined(separator: " to "),
            "basis": bid.price.basis.rawValue, "form": bid.form.rawValue, "cashPercent": bid.cashPercent?.text,
            "financing": bid.financing.rawValue, "conditions": bid.conditions,
            "exclusivityDays": bid.exclusivityDays.map(String.init), "expiresOn": bid.expiresOn?.text,
            "score": bid.score.map(String.init), "note": bid.note, "status": bid.status.rawValue,
            "supersedes": bid.supersedes?.text, "withdrawalReason": bid.withdrawalReason,
        ]
        return all.compactMapValues { $0 }
    }
}
