import Contracts
import RPC

/// A file of exchange rates, read and checked as a whole. Two kinds are known: a rate in each row under
/// `base,quote,asOf,rate[,source]` in any order, or a day in each row and a currency in each column under `Date,USD,JPY,…`,
/// as the ECB publishes what the euro costs.
struct RateFile: Sendable {
    /// Of what is wrong, how much is named.
    static let faultsMax = 50

    private(set) var rates: [NewRate] = []
    /// Currencies of the ECB's columns that are none any more.
    private(set) var columnsLeftOut: [String] = []

    private var columns: [Column] = []
    private var faults: [FieldFault] = []
    private var seen: Set<String> = []
    private let source: String?
    private let today: BusinessDate

    private enum Column {
        case base, quote, asOf, rate, source
        /// The ECB's day, and what the euro costs in a currency.
        case day, euro(String)
        case none
    }

    /// - Throws: `validation_failed` with lines and columns of what does not fit.
    init(_ bytes: some Sequence<UInt8>, source: String?, today: BusinessDate) throws(RPCFault) {
        var wrong: [FieldFault] = []
        self.today = today
        self.source = source.flatMap { TextRule("source", 1...80).check($0, &wrong) }
        faults = wrong
        var reader = CSVReader()
        do {
            try reader.read(bytes) { try take($0) }
            try reader.end { try take($0) }
            // The last row may hold many.
            if rates.count > RateImport.ratesMax { throw Full() }
        } catch let fault as CSVFault {
            faults.append(FieldFault("lines[\(fault.line)]", fault.code, "Column \(fault.column): \(fault.message)"))
        } catch is Full {
            faults.append(FieldFault("", "too_many", "A file has at most \(RateImport.ratesMax) rates; divide it."))
        } catch {
            throw .internal
        }
        if rates.isEmpty, faults.isEmpty { faults.append(FieldFault("", "no_rates", "The file holds no rate.")) }
        guard faults.isEmpty else { throw .invalid(Array(faults.prefix(Self.faultsMax))) }
    }

    private struct Full: Error {}

    private mutating func take(_ row: CSVRow) throws {
        guard !columns.isEmpty else {
            try takeHead(row)
            return
        }
        guard rates.count < RateImport.ratesMax else { throw Full() }
        // More would not be named.
        guard faults.count < Self.faultsMax else { return }
        if case .day = columns[0] { takeDay(row) } else { takeRate(row) }
    }

    private mutating func takeHead(_ row: CSVRow) throws {
        let names = row.cells.map(\.trimmed)
        for (mark, word) in [(";", "semicolons"), ("\t", "tabs")] where names.count == 1 && names[0].contains(mark) {
            throw CSVFault(
                code: word, message: "Divide the cells by commas, not by \(word), and write 1.0842 with a point.",
                line: row.line, column: 1)
        }
        columns = names.first?.lowercased() == "date" ? daysHead(names) : try ratesHead(names, row.line)
    }

    private mutating func daysHead(_ names: [String]) -> [Column] {
        [.day]
            + names.dropFirst().map { name in
                if Currency(code: name) != nil, name != "EUR" { return .euro(name) }
                // The ECB's rows end in a comma.
                if !name.isEmpty { columnsLeftOut.append(name) }
                return .none
            }
    }

    private mutating func ratesHead(_ names: [String], _ line: Int) throws -> [Column] {
        let known: [String: Column] = [
            "base": .base, "quote": .quote, "asof": .asOf, "rate": .rate, "source": .source,
        ]
        let lower = names.map { $0.lowercased() }
        for (index, name) in lower.enumerated() where known[name] == nil || lower.firstIndex(of: name) != index {
            throw CSVFault(
                code: "column_unknown", message: "Name the columns base,quote,asOf,rate and perhaps source, each once.",
                line: line, column: index + 1)
        }
        for name in ["base", "quote", "asof", "rate"] where !lower.contains(name) {
            throw CSVFault(
                code: "column_missing", message: "The columns are base,quote,asOf,rate and perhaps source.", line: line,
                column: names.count)
        }
        return lower.compactMap { known[$0] }
    }

    private mutating func takeRate(_ row: CSVRow) {
        var (base, quote, note): (String?, String?, String?)
        var day: BusinessDate?
        var rate: DecimalRate?
        for (column, cell) in zip(columns, row.cells.map(\.trimmed)) {
            switch column {
            case .base: base = currency(cell, "lines[\(row.line)].base")
            case .quote: quote = currency(cell, "lines[\(row.line)].quote")
            case .asOf: day = self.day(cell, "lines[\(row.line)].asOf")
            case .rate: rate = self.rate(cell, "lines[\(row.line)].rate")
            case .source where !cell.isEmpty:
                note = TextRule("lines[\(row.line)].source", 1...80).check(cell, &faults)
            case .source, .day, .euro, .none: break
            }
        }
        guard let base, let quote, let day, let rate else { return }
        guard base != quote else {
            faults.append(FieldFault("lines[\(row.line)].quote", "invalid", "must be another currency than the base"))
            return
        }
        add(NewRate(base: base, quote: quote, asOf: day, rate: rate, source: note ?? source), "lines[\(row.line)]")
    }

    private mutating func takeDay(_ row: CSVRow) {
        guard let day = day(row.cells[0].trimmed, "lines[\(row.line)].Date") else { return }
        for (column, cell) in zip(columns, row.cells.map(\.trimmed)) {
            guard case .euro(let currency) = column, !cell.isEmpty, cell != "N/A" else { continue }
            let place = "lines[\(row.line)].\(currency)"
            guard let rate = rate(cell, place) else { continue }
            add(NewRate(base: "EUR", quote: currency, asOf: day, rate: rate, source: source ?? "ECB"), place)
        }
    }

    private mutating func add(_ rate: NewRate, _ place: String) {
        if seen.insert("\(rate.base)\(rate.quote)\(rate.asOf.text)").inserted {
            rates.append(rate)
        } else {
            faults.append(FieldFault(place, "repeated", "is given twice for this pair and day"))
        }
    }

    private mutating func currency(_ cell: String, _ place: String) -> String? {
        if Currency(code: cell) != nil { return cell }
        faults.append(FieldFault(place, "invalid", "must be an ISO 4217 code such as USD"))
        return nil
    }

    private mutating func rate(_ cell: String, _ place: String) -> DecimalRate? {
        if let rate = DecimalRate(cell) { return rate }
        faults.append(
            cell.contains(",")
                ? FieldFault(place, "decimal_comma", "must have a point before its decimals, and no other mark")
                : FieldFault(place, "invalid", "must be a positive decimal of at most 12 digits, such as 1.0842"))
        return nil
    }

    private mutating func day(_ cell: String, _ place: String) -> BusinessDate? {
        guard let day = BusinessDate(text: cell) ?? Self.dayInWords(cell) else {
            faults.append(FieldFault(place, "invalid", "must be a date such as 2026-11-21"))
            return nil
        }
        guard day <= today else {
            faults.append(FieldFault(place, "in_future", "must not be in the future"))
            return nil
        }
        return day
    }

    /// `21 November 2026`, as the ECB's file of one day has it.
    private static func dayInWords(_ text: String) -> BusinessDate? {
        let months = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November",
            "December",
        ]
        let parts = text.split(separator: " ")
        guard parts.count == 3, let day = Int(parts[0]), let month = months.firstIndex(of: String(parts[1])),
            let year = Int(parts[2])
        else { return nil }
        return BusinessDate(year: year, month: month + 1, day: day)
    }
}
