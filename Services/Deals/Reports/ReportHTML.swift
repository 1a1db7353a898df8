import Contracts

/// HTML that cannot be broken out of: whatever comes from data is text, never markup.
struct ReportHTML {
    private(set) var text = ""

    /// Markup of ours, as it is.
    mutating func markup(_ markup: StaticString) { text += "\(markup)" }

    mutating func data(_ data: String) { text += Self.escaped(data) }

    mutating func element(_ name: StaticString, _ data: String) {
        text += "<\(name)>"
        self.data(data)
        text += "</\(name)>"
    }

    /// A section with a table. Columns and rows in which nothing stands are left out, keys that have a name beside them, and a
    /// way to the deals: the page is read on paper.
    mutating func section(_ title: String, _ report: Report, rowsMax: Int) {
        markup("<section>")
        element("h2", title)
        let rows = report.rows.filter { row in
            let numbers = zip(report.columns, row.cells).filter(\.0.tellsOfDeals)
            return numbers.isEmpty || numbers.contains { !$0.1.isVoid }
        }
        let columns = report.columns.indices.filter { column in
            !report.hasName(beside: column)
                && rows.contains { $0.cells.indices.contains(column) && !$0.cells[column].isVoid }
        }
        if columns.isEmpty {
            element("p", "Nothing to tell.")
        } else {
            table(report, rows.prefix(rowsMax), columns)
        }
        if rows.count > rowsMax { element("p", "… and \(rows.count - rowsMax) more") }
        if !report.unconverted.isEmpty {
            element(
                "p",
                "Not converted, for want of a rate: "
                    + report.unconverted.map { "\($0.amount) \($0.currency)" }.joined(separator: ", "))
        }
        markup("</section>\n")
    }

    private mutating func table(_ report: Report, _ rows: ArraySlice<ReportRow>, _ columns: [Int]) {
        markup("<table><thead><tr>")
        for column in columns {
            markup(report.columns[column].isNumber ? "<th scope=\"col\" class=\"number\">" : "<th scope=\"col\">")
            data(report.columns[column].title)
            markup("</th>")
        }
        markup("</tr></thead><tbody>\n")
        for row in rows { line(row, report, columns) }
        markup("</tbody>")
        if let totals = report.totals {
            markup("<tfoot>")
            line(totals, report, columns)
            markup("</tfoot>")
        }
        markup("</table>")
    }

    private mutating func line(_ row: ReportRow, _ report: Report, _ columns: [Int]) {
        markup("<tr>")
        for column in columns where row.cells.indices.contains(column) {
            markup(report.columns[column].isNumber ? "<td class=\"number\">" : "<td>")
            data(row.cells[column].words(in: report.columns[column]))
            markup("</td>")
        }
        markup("</tr>\n")
    }

    static func escaped(_ text: String) -> String {
        var out = ""
        out.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            // What is no text would only hide others from a reader.
            case "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{202A}"..."\u{202E}",
                "\u{2066}"..."\u{2069}":
                out += "\u{FFFD}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}

extension Report {
    /// Whether the column holds keys, such as `round_1`, for which the next one has a name.
    fileprivate func hasName(beside column: Int) -> Bool {
        column + 1 < columns.count && columns[column + 1].key == "name" && columns[column].unit == .text
    }
}

extension ReportColumn {
    fileprivate var isNumber: Bool { unit != .text && unit != .day }

    /// Days may be those that a rule allows.
    fileprivate var tellsOfDeals: Bool { isNumber && unit != .days }

    /// Of a column that holds one currency.
    fileprivate var currency: Substring? { unit == .money ? key.split(separator: ".").dropFirst().last : nil }
}

extension ReportCell {
    /// Nothing to tell.
    fileprivate var isVoid: Bool {
        withheld != true && (text ?? "").isEmpty && (count ?? 0) == 0 && money == nil && percent == nil && days == nil
    }

    /// As people read it.
    fileprivate func words(in column: ReportColumn) -> String {
        if withheld == true { return "withheld" }
        if let text { return text }
        if let count { return String(count) }
        if let money {
            let amount = Self.grouped(money.amount)
            return column.currency == money.currency[...] ? amount : "\(amount) \(money.currency)"
        }
        if let percent { return "\(percent.text) %" }
        if let days { return String(days) }
        return ""
    }

    /// `-1 250 000.00`, with narrow spaces that do not break.
    static func grouped(_ amount: String) -> String {
        let sign = amount.hasPrefix("-") ? "-" : ""
        let parts = amount.dropFirst(sign.count).split(separator: ".", maxSplits: 1)
        guard let whole = parts.first else { return amount }
        var digits = ""
        for (place, digit) in whole.reversed().enumerated() {
            if place > 0, place % 3 == 0 { digits.append("\u{202F}") }
            digits.append(digit)
        }
        return sign + String(digits.reversed()) + (parts.count == 2 ? ".\(parts[1])" : "")
    }
}
