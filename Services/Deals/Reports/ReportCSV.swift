import Contracts

/// A report as rows of a file: its columns' keys, then its rows and at the end its totals. An amount stands without its
/// currency, which the key of its column names; what is withheld stands as an asterisk.
enum ReportCSV {
    static func rows(of report: Report) -> [[CSVCell]] {
        let table = report.rows + [report.totals].compactMap { $0 }
        return [report.columns.map { .text($0.key) }] + table.map { $0.cells.map(cell) }
    }

    private static func cell(_ cell: ReportCell) -> CSVCell {
        if cell.withheld == true { return .text("*") }
        if let text = cell.text { return .text(text) }
        if let count = cell.count { return .number(String(count)) }
        if let money = cell.money { return .number(money.amount) }
        if let percent = cell.percent { return .number(percent.text) }
        if let days = cell.days { return .number(String(days)) }
        return .empty
    }
}
