import Contracts

/// Columns of amounts: one for each currency, for amounts of different currencies are never added, and one into which all
/// are converted where that was asked for.
struct AmountColumns {
    /// `value`: of the columns' keys.
    let key: String
    let title: String
    /// Sorted.
    let currencies: [String]
    let converter: CurrencyConverter?
    let of: (ReportSum) -> Int128

    var columns: [ReportColumn] {
        currencies.map { ReportColumn("\(key).\($0)", "\(title) \($0)", .money) }
            + [converter].compactMap { $0 }.map {
                ReportColumn("\(key).converted", "\(title) in \($0.target.code)", .money)
            }
    }

    /// - Parameters:
    ///   - sums: by currency.
    ///   - deals: of a cell of amounts, which lists those with a value.
    ///   - isTold: of a currency's sum; what is not told is in no converted one.
    func cells(_ sums: [String: ReportSum], isTold: (ReportSum) -> Bool = { _ in true }, isBlinded: Bool = false)
        -> [ReportCell]
    {
        var cells = currencies.map { code -> ReportCell in
            guard let sum = sums[code], sum.count != 0 || of(sum) != 0 else {
                return isBlinded ? ReportCell(withheld: true) : ReportCell()
            }
            guard isTold(sum) else { return ReportCell(withheld: true) }
            return ReportCell(money: CurrencyTotal(code, of(sum)))
        }
        guard let converter else { return cells }
        let values = sums.filter { !$0.key.isEmpty && ($0.value.count != 0 || of($0.value) != 0) }
        guard !isBlinded || (!values.isEmpty && values.values.allSatisfy(isTold)) else {
            return cells + [ReportCell(withheld: true)]
        }
        let total = converter.convert(Self.money(values.mapValues(of))).total
        cells.append(ReportCell(money: CurrencyTotal(total.currency.code, Int128(total.minorUnits))))
        return cells
    }

    /// Those of the sums that could not be converted.
    func unconverted(_ sums: [String: ReportSum]) -> [CurrencyTotal] {
        guard let converter else { return [] }
        let values = sums.filter { !$0.key.isEmpty && of($0.value) != 0 }.mapValues(of)
        let left = Set(converter.convert(Self.money(values)).unconverted.map(\.currency.code))
        return values.sorted { $0.key < $1.key }.filter { left.contains($0.key) || Int64(exactly: $0.value) == nil }
            .map { CurrencyTotal($0.key, $0.value) }
    }

    private static func money(_ sums: [String: Int128]) -> [Money] {
        sums.compactMap { code, minorUnits in
            guard let currency = Currency(code: code), let units = Int64(exactly: minorUnits) else { return nil }
            return Money(minorUnits: units, currency: currency)
        }
    }
}

extension CurrencyTotal {
    init(_ code: String, _ minorUnits: Int128) {
        self.init(currency: code, amount: StageTally.text(minorUnits, code))
    }
}

extension ReportSum {
    /// The amount by the chance of each deal, rounded once, half away from zero.
    var expected: Int128 { StageTally.hundredth(of: weighted) }
}

extension Report {
    /// With how many of its cells are withheld.
    func counted() -> Report {
        var report = self
        report.withheld = (rows + [totals].compactMap { $0 }).flatMap(\.cells).count { $0.withheld == true }
        return report
    }
}
