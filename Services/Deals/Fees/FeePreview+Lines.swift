import Contracts
import Foundation

/// The engine's answer as clients read it.
extension FeePreview {
    /// - Parameter fees: those that count; waived ones are none of them.
    init(_ fees: [DealFee], at values: FeeEngine.Values) {
        let engine = FeeEngine(fees: fees.map { FeeEngine.Fee(id: $0.id, terms: $0.terms) })
        let lines = zip(fees, engine.lines(at: values)).map { FeePreviewLine($0, $1) }
        self.init(lines: lines, totals: FeeTotal.of(lines.map { ($0.due, $0.ours) }))
        (enterpriseValue, equityValue, proceeds) = (values.enterpriseValue, values.equityValue, values.proceeds)
    }
}

extension FeePreviewLine {
    fileprivate init(_ fee: DealFee, _ outcome: FeeEngine.Outcome) {
        self.init(feeId: fee.id, kind: fee.terms.kind, status: fee.status)
        title = fee.title
        switch outcome {
        case .failure(let fault): unknown = FeeUnknownReason(fault.reason)
        case .success(let line):
            guard let currency = Currency(code: line.currency) else { return }
            func money(_ units: Int64) -> Money { Money(minorUnits: units, currency: currency) }
            computed = money(line.computed)
            limit = line.limit.map { $0 == .cap ? .cap : .minimum }
            amount = money(line.amount)
            credits = line.credits.map { FeeCredit(feeId: $0.from, amount: money($0.units)) }
            due = money(line.due)
            ours = money(line.ours)
            spread = line.spread.map {
                SpreadAmounts(management: money($0[0]), underwriting: money($0[1]), selling: money($0[2]))
            }
        }
    }
}

extension FeeTotal {
    /// By currency, and never across; what does not fit an amount is left out.
    static func of(_ amounts: [(due: Money?, ours: Money?)]) -> [FeeTotal] {
        var sums: [String: FeeTotal] = [:]
        for case (let due?, let ours?) in amounts {
            guard let sum = sums[due.currency.code] else {
                sums[due.currency.code] = FeeTotal(due: due, ours: ours)
                continue
            }
            let (dueUnits, isTooMuch) = sum.due.minorUnits.addingReportingOverflow(due.minorUnits)
            let (ourUnits, _) = sum.ours.minorUnits.addingReportingOverflow(ours.minorUnits)
            guard !isTooMuch else { continue }
            sums[due.currency.code] = FeeTotal(
                due: Money(minorUnits: dueUnits, currency: due.currency),
                ours: Money(minorUnits: ourUnits, currency: due.currency))
        }
        return sums.values.sorted { $0.due.currency.code < $1.due.currency.code }
    }
}

extension FeeUnknownReason {
    fileprivate init(_ reason: FeeEngine.Unknown) {
        switch reason {
        case .baseMissing: self = .baseMissing
        case .baseInOtherCurrency: self = .baseInOtherCurrency
        case .tooLarge: self = .tooLarge
        }
    }
}
