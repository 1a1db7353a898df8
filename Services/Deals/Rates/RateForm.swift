import Contracts
import RPC

/// Rates as they were sent, checked.
struct RateForm: Sendable {
    let rates: [NewRate]

    /// - Throws: `validation_failed` with every field that does not fit.
    init(_ input: NewRates, today: BusinessDate) throws(RPCFault) {
        var faults: [FieldFault] = []
        if !(1...NewRates.ratesMax).contains(input.rates.count) {
            faults.append(FieldFault("rates", "out_of_range", "must be 1 to \(NewRates.ratesMax) rates"))
        }
        var seen: Set<[String]> = []
        rates = input.rates.prefix(NewRates.ratesMax).enumerated().map { index, rate in
            let place = "rates[\(index)]"
            for (field, code) in [("base", rate.base), ("quote", rate.quote)] where Currency(code: code) == nil {
                faults.append(FieldFault("\(place).\(field)", "invalid", "must be an ISO 4217 code such as USD"))
            }
            if rate.base == rate.quote {
                faults.append(FieldFault("\(place).quote", "invalid", "must be another currency than the base"))
            }
            if rate.asOf > today {
                faults.append(FieldFault("\(place).asOf", "in_future", "must not be in the future"))
            }
            if !seen.insert([rate.base, rate.quote, rate.asOf.text]).inserted {
                faults.append(FieldFault(place, "repeated", "is given twice for this pair and day"))
            }
            var checked = rate
            checked.source = rate.source.flatMap { TextRule("\(place).source", 1...80).check($0, &faults) }
            return checked
        }
        guard faults.isEmpty else { throw .invalid(faults) }
    }
}

/// A checked question for the rates of one pair.
struct RateSeriesRequest: Sendable {
    let base, quote: String
    let limit: Int
    /// Rates from this day on are not in the page; nil for the first page.
    let before: BusinessDate?

    init(_ query: RateSeriesQuery) throws(RPCFault) {
        limit = try PageLimit.checked(query.limit)
        let missing = [("base", query.base), ("quote", query.quote)].filter { $0.1 == nil }.map {
            FieldFault($0.0, "required", "must be an ISO 4217 code such as USD")
        }
        guard let base = query.base, let quote = query.quote else {
            throw RPCFault(
                .invalidArgument, "query_invalid", "Name both currencies of the pair.", errors: missing)
        }
        (self.base, self.quote) = (base, quote)
        guard let cursor = query.cursor else {
            before = nil
            return
        }
        guard let day = BusinessDate(text: cursor) else { throw RPCFault.cursorInvalid }
        before = day
    }
}
