import Contracts
import Foundation

/// The grid as a table: one row for each bid, by round and then by name.
enum BidGridFile {
    static let columns = [
        "round", "roundName", "kind", "counterparty", "receivedOn", "basis", "currency", "low", "mid", "high", "change",
        "converted", "convertedCurrency", "rank", "belowBest", "form", "cashPercent", "financing", "exclusivityDays",
        "expiresOn", "score", "flags",
    ]

    static func rows(_ grid: BidGrid) -> [[CSVCell]] {
        grid.rounds.flatMap { round in
            grid.rows.flatMap { row in
                row.bids.filter { $0.round == round.round }.map { cells($0, of: row.counterpartyName, in: round) }
            }
        }
    }

    private static func cells(_ bid: BidGridCell, of name: String, in round: BidGridRound) -> [CSVCell] {
        [
            number(round.round), .text(round.name), .text(round.kind.rawValue), .text(name),
            .text(bid.receivedOn.text), .text(bid.basis.rawValue), .text(bid.mid.currency.code), amount(bid.low),
            amount(bid.mid), amount(bid.high), amount(bid.change), amount(bid.converted),
            text(bid.converted?.currency.code), number(bid.rank), percent(bid.belowBest), .text(bid.form.rawValue),
            percent(bid.cashPercent), .text(bid.financing.rawValue), number(bid.exclusivityDays),
            text(bid.expiresOn?.text), number(bid.score), .text(bid.flags.map(\.rawValue).joined(separator: " ")),
        ]
    }

    private static func text(_ text: String?) -> CSVCell { text.map(CSVCell.text) ?? CSVCell.empty }
    private static func number(_ number: Int?) -> CSVCell {
        number.map { CSVCell.number(String($0)) } ?? CSVCell.empty
    }
    private static func amount(_ money: Money?) -> CSVCell {
        money.map { CSVCell.number($0.amount) } ?? CSVCell.empty
    }
    private static func percent(_ percent: Percent?) -> CSVCell {
        percent.map { CSVCell.number($0.text) } ?? CSVCell.empty
    }
}
