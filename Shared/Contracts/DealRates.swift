package import Foundation
package import RPC

extension DealMethods {
    package static let rates = RPCMethod<RateQuery, RateList>(
        0x02B0, "deals.rates", callers: [Peer.gateway], isIdempotent: true)
    package static let rateSeries = RPCMethod<RateSeriesQuery, RateSeries>(
        0x02B1, "deals.rates.series", callers: [Peer.gateway], isIdempotent: true)
    package static let setRates = RPCMethod<NewRates, RateList>(0x02B2, "deals.rates.set", callers: [Peer.gateway])
    package static let importRates = RPCMethod<RateImport, RateImportResult>(
        0x02B3, "deals.rates.import", callers: [Peer.gateway])
}

/// What one unit of the base currency cost in the quote currency, from a day on until the next rate of the pair.
package struct ExchangeRate: Codable, Sendable, Hashable {
    /// ISO 4217.
    package var base: String
    /// ISO 4217.
    package var quote: String
    package var asOf: BusinessDate
    package var rate: DecimalRate
    /// Where the firm has it from, such as `ECB`.
    package var source: String?
    package var setBy: UUID
    package var setAt: Instant

    package init(
        base: String, quote: String, asOf: BusinessDate, rate: DecimalRate, source: String?, setBy: UUID, setAt: Instant
    ) {
        self.base = base
        self.quote = quote
        self.asOf = asOf
        self.rate = rate
        self.source = source
        self.setBy = setBy
        self.setAt = setAt
    }
}

/// The rate to be set for one pair and day; a rate that stands there is replaced.
package struct NewRate: Codable, Sendable, Hashable {
    package var base: String
    package var quote: String
    package var asOf: BusinessDate
    package var rate: DecimalRate
    package var source: String?

    package init(base: String, quote: String, asOf: BusinessDate, rate: DecimalRate, source: String? = nil) {
        self.base = base
        self.quote = quote
        self.asOf = asOf
        self.rate = rate
        self.source = source
    }
}

/// 1 ... 200 rates, all set or none.
package struct NewRates: Codable, Sendable {
    package static let ratesMax = 200

    package var rates: [NewRate]

    package init(rates: [NewRate]) { self.rates = rates }
}

/// What a file of rates is imported as. The file is the body: comma-separated values with the columns
/// `base,quote,asOf,rate` and perhaps `source`, or, as the ECB publishes them, `Date,USD,JPY,…`: a row for each day, a
/// column for each currency, whose rates are those of the euro.
package struct RateImport: Codable, Sendable {
    package static let ratesMax = 20_000
    package static let bytesMax = 1024 * 1024

    /// Checks and counts, and sets nothing.
    package var dryRun: Bool?
    /// Of rates whose row names none; `ECB` for the second kind of file when left out.
    package var source: String?

    package init(dryRun: Bool? = nil, source: String? = nil) {
        self.dryRun = dryRun
        self.source = source
    }
}

/// What the file held. All of it is set, or nothing.
package struct RateImportResult: Codable, Sendable, Hashable {
    package var dryRun: Bool
    package var rates: Int
    /// Of pairs and days that had none.
    package var added: Int
    /// That stood there with another rate or source.
    package var replaced: Int
    package var unchanged: Int
    /// The first and the last day.
    package var from: BusinessDate
    package var to: BusinessDate
    /// Columns of currencies that are none any more, such as `CYP`.
    package var columnsLeftOut: [String]

    package init(
        dryRun: Bool, rates: Int, added: Int, replaced: Int, unchanged: Int, from: BusinessDate, to: BusinessDate,
        columnsLeftOut: [String]
    ) {
        self.dryRun = dryRun
        self.rates = rates
        self.added = added
        self.replaced = replaced
        self.unchanged = unchanged
        self.from = from
        self.to = to
        self.columnsLeftOut = columnsLeftOut
    }
}

/// Asks for the rates that held on a day.
package struct RateQuery: Codable, Sendable {
    /// Today when left out.
    package var asOf: BusinessDate?

    package init(asOf: BusinessDate? = nil) { self.asOf = asOf }
}

/// The newest rate of every pair, by base and quote.
package struct RateList: Codable, Sendable {
    package var items: [ExchangeRate]

    package init(items: [ExchangeRate]) { self.items = items }
}

/// Asks for the rates of one pair, the newest first. Both currencies must be named.
package struct RateSeriesQuery: Codable, Sendable {
    package var base: String?
    package var quote: String?
    /// 1 ... 200, 50 when left out.
    package var limit: Int?
    package var cursor: String?

    package init(base: String?, quote: String?, limit: Int? = nil, cursor: String? = nil) {
        self.base = base
        self.quote = quote
        self.limit = limit
        self.cursor = cursor
    }
}

/// One page of a pair's rates.
package struct RateSeries: Codable, Sendable {
    package var items: [ExchangeRate]
    package var nextCursor: String?

    package init(items: [ExchangeRate], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}

/// Amounts of several currencies in one. What has no rate is told apart and is in no total.
package struct ConvertedSum: Codable, Sendable, Hashable {
    package var total: Money
    package var unconverted: [Money]

    package init(total: Money, unconverted: [Money]) {
        self.total = total
        self.unconverted = unconverted
    }
}
