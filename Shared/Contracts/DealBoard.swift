package import Foundation
package import RPC

extension DealMethods {
    package static let board = RPCMethod<DealBoardQuery, DealBoard>(
        0x0277, "deals.board", callers: [Peer.gateway], isIdempotent: true)
    package static let boardTotals = RPCMethod<Nothing, DealTotals>(
        0x0278, "deals.board.totals", callers: [Peer.gateway], isIdempotent: true)
}

/// Asks for one pipeline as a board. Without `status`, deals that are active, on hold or won stand on it.
package struct DealBoardQuery: Codable, Sendable {
    package var pipeline: DealType
    /// Cards of a column, 1 ... 50, 50 when left out.
    package var limit: Int?
    /// As of lists.
    package var sort: String?
    /// Of one column, which alone is answered: its cards from there on.
    package var cursor: String?
    /// The column that the cursor is of.
    package var column: String?
    /// ISO 4217: each column's sums also as one, by the exchange rates of `asOf`. Deals that have ended keep the rates of
    /// the day on which they did.
    package var convertTo: String?
    /// Today when left out; with `convertTo` alone.
    package var asOf: BusinessDate?
    /// Stand beside the other members.
    package var filters: DealFilters

    package init(
        pipeline: DealType, limit: Int? = nil, sort: String? = nil, cursor: String? = nil, column: String? = nil,
        convertTo: String? = nil, asOf: BusinessDate? = nil, filters: DealFilters = DealFilters()
    ) {
        self.pipeline = pipeline
        self.limit = limit
        self.sort = sort
        self.cursor = cursor
        self.column = column
        self.convertTo = convertTo
        self.asOf = asOf
        self.filters = filters
    }

    private enum CodingKeys: String, CodingKey { case pipeline, limit, sort, cursor, column, convertTo, asOf }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        pipeline = try container.decode(DealType.self, forKey: .pipeline)
        limit = try container.decodeIfPresent(Int.self, forKey: .limit)
        sort = try container.decodeIfPresent(String.self, forKey: .sort)
        cursor = try container.decodeIfPresent(String.self, forKey: .cursor)
        column = try container.decodeIfPresent(String.self, forKey: .column)
        convertTo = try container.decodeIfPresent(String.self, forKey: .convertTo)
        asOf = try container.decodeIfPresent(BusinessDate.self, forKey: .asOf)
        filters = try DealFilters(from: decoder)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(pipeline, forKey: .pipeline)
        try container.encodeIfPresent(limit, forKey: .limit)
        try container.encodeIfPresent(sort, forKey: .sort)
        try container.encodeIfPresent(cursor, forKey: .cursor)
        try container.encodeIfPresent(column, forKey: .column)
        try container.encodeIfPresent(convertTo, forKey: .convertTo)
        try container.encodeIfPresent(asOf, forKey: .asOf)
        try filters.encode(to: encoder)
    }
}

/// The stages of a pipeline, first to last, with the deals that the caller may see.
package struct DealBoard: Codable, Sendable {
    package var pipeline: DealType
    package var columns: [DealBoardColumn]

    package init(pipeline: DealType, columns: [DealBoardColumn]) {
        self.pipeline = pipeline
        self.columns = columns
    }
}

/// One stage. Count and sums are of the whole column, whatever part of its cards is shown.
package struct DealBoardColumn: Codable, Sendable {
    package var stage: String
    package var name: String
    package var category: DealStageCategory
    package var count: Int
    /// By currency; amounts of different currencies are never added. A deal without a value is in none.
    package var sums: [DealSum]
    /// The sums in one currency, where that was asked for and fits.
    package var converted: ConvertedSum?
    package var items: [DealCard]
    /// Nil when these are the column's last cards.
    package var nextCursor: String?

    package init(
        stage: String, name: String, category: DealStageCategory, count: Int, sums: [DealSum],
        converted: ConvertedSum? = nil, items: [DealCard], nextCursor: String?
    ) {
        self.stage = stage
        self.name = name
        self.category = category
        self.count = count
        self.sums = sums
        self.converted = converted
        self.items = items
        self.nextCursor = nextCursor
    }
}

/// The values of some deals in one currency, exact, as decimal strings. They may be larger than any `Money`.
package struct DealSum: Codable, Sendable, Hashable {
    package var currency: String
    package var count: Int
    package var amount: String
    /// Each value by its probability; the sum is rounded once, half away from zero, to the currency's decimals.
    package var weighted: String

    package init(currency: String, count: Int, amount: String, weighted: String) {
        self.currency = currency
        self.count = count
        self.amount = amount
        self.weighted = weighted
    }
}

/// A deal as a board shows it.
package struct DealCard: Codable, Sendable, Hashable {
    package var id: UUID
    package var number: String
    package var codeName: String
    package var clientName: String
    package var status: DealStatus
    package var value: Money?
    package var probability: Int
    package var leadId: UUID
    package var expectedCloseOn: BusinessDate?
    package var nextStep: String?
    package var stageEnteredOn: BusinessDate
    package var version: Int64
    package var updatedAt: Instant

    package init(_ deal: Deal) {
        id = deal.id
        number = deal.number
        codeName = deal.codeName
        clientName = deal.clientName
        status = deal.status
        value = deal.value
        probability = deal.probability
        leadId = deal.leadId
        expectedCloseOn = deal.expectedCloseOn
        nextStep = deal.nextStep
        stageEnteredOn = deal.stageEnteredOn
        version = deal.version
        updatedAt = deal.updatedAt
    }
}

/// What management sees of the pipelines: numbers of at least three deals, and none from which a smaller one follows.
package struct DealTotals: Codable, Sendable {
    package var items: [PipelineTotals]
    /// Of the pipelines whose count is told.
    package var count: Int?

    package init(items: [PipelineTotals], count: Int?) {
        self.items = items
        self.count = count
    }
}

package struct PipelineTotals: Codable, Sendable {
    package var pipeline: DealType
    /// Nil when it is withheld.
    package var count: Int?
    package var stages: [StageTotals]

    package init(pipeline: DealType, count: Int?, stages: [StageTotals]) {
        self.pipeline = pipeline
        self.count = count
        self.stages = stages
    }
}

package struct StageTotals: Codable, Sendable {
    package var stage: String
    package var name: String
    /// Nil when it is withheld.
    package var count: Int?
    /// Of currencies with at least three deals, in a stage whose count is told.
    package var amounts: [CurrencyTotal]

    package init(stage: String, name: String, count: Int?, amounts: [CurrencyTotal]) {
        self.stage = stage
        self.name = name
        self.count = count
        self.amounts = amounts
    }
}

/// A sum of values in one currency, as a decimal string.
package struct CurrencyTotal: Codable, Sendable, Hashable {
    package var currency: String
    package var amount: String

    package init(currency: String, amount: String) {
        self.currency = currency
        self.amount = amount
    }
}
