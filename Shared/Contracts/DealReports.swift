package import Foundation
package import RPC

extension DealMethods {
    /// Of the report that the path names.
    package static let report = RPCMethod<ReportQuery, Report>(
        0x02A2, "deals.reports.get", callers: [Peer.gateway], isIdempotent: true)
    package static let reportDeals = RPCMethod<ReportDealQuery, ReportDealPage>(
        0x02A3, "deals.reports.deals", callers: [Peer.gateway], isIdempotent: true)
    /// The head first, then the bytes of the file to the end.
    package static let reportFile = RPCStreamMethod<ReportFileQuery, CSVPart>(
        0x02A4, "deals.reports.file", callers: [Peer.gateway], isFinite: true)
}

package enum ReportName: String, Codable, Sendable, CaseIterable {
    case pipeline, funnel, movement
    case timeInStage = "time-in-stage"
    case winLoss = "win-loss"
    case forecast, workload, league, stale, overrides, insiders
}

/// By what the rows of a report are told apart.
package enum ReportGrouping: String, Codable, Sendable, CaseIterable {
    case stage, type, product, lead, sector, country, month, reason, competitor
    case quarter, person
    /// One row for each.
    case deal, move
}

/// Asks for a report. Each takes some of this, and refuses what it does not take.
package struct ReportQuery: Codable, Sendable, Hashable {
    /// The first and the last day that it tells of.
    package var from: BusinessDate?
    package var to: BusinessDate?
    /// At whose end things stood as it says; today when left out.
    package var asOf: BusinessDate?
    /// ISO 4217: amounts also in this one currency, by the exchange rates of the last day.
    package var currency: String?
    package var groupBy: ReportGrouping?
    /// Of one pipeline; all when left out.
    package var type: DealType?

    package init(
        from: BusinessDate? = nil, to: BusinessDate? = nil, asOf: BusinessDate? = nil, currency: String? = nil,
        groupBy: ReportGrouping? = nil, type: DealType? = nil
    ) {
        self.from = from
        self.to = to
        self.asOf = asOf
        self.currency = currency
        self.groupBy = groupBy
        self.type = type
    }
}

/// The same as a file. Travels as one flat object.
package struct ReportFileQuery: Codable, Sendable {
    package var report: ReportQuery
    /// Whether the file begins with a byte order mark, which spreadsheets want.
    package var bom: Bool?

    package init(report: ReportQuery = ReportQuery(), bom: Bool? = nil) {
        self.report = report
        self.bom = bom
    }

    private enum CodingKeys: String, CodingKey { case bom }

    package init(from decoder: any Decoder) throws {
        report = try ReportQuery(from: decoder)
        bom = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(Bool.self, forKey: .bom)
    }

    package func encode(to encoder: any Encoder) throws {
        try report.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(bom, forKey: .bom)
    }
}

/// Asks for the deals behind one number of a report. Travels as one flat object.
package struct ReportDealQuery: Codable, Sendable {
    /// As the report was asked for.
    package var report: ReportQuery
    /// As the number's own `deals` names it.
    package var cell: String
    /// 1 ... 200, 50 when left out.
    package var limit: Int?
    /// The `nextCursor` of the page before.
    package var cursor: String?

    package init(report: ReportQuery = ReportQuery(), cell: String, limit: Int? = nil, cursor: String? = nil) {
        self.report = report
        self.cell = cell
        self.limit = limit
        self.cursor = cursor
    }

    private enum CodingKeys: String, CodingKey { case cell, limit, cursor }

    package init(from decoder: any Decoder) throws {
        report = try ReportQuery(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        cell = try container.decode(String.self, forKey: .cell)
        limit = try container.decodeIfPresent(Int.self, forKey: .limit)
        cursor = try container.decodeIfPresent(String.self, forKey: .cursor)
    }

    package func encode(to encoder: any Encoder) throws {
        try report.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(cell, forKey: .cell)
        try container.encodeIfPresent(limit, forKey: .limit)
        try container.encodeIfPresent(cursor, forKey: .cursor)
    }
}

/// A table of numbers over the deals that the caller may see; for management over all that are not secret, blinded.
package struct Report: Codable, Sendable, Hashable {
    package var report: ReportName
    package var from: BusinessDate?
    package var to: BusinessDate?
    package var asOf: BusinessDate
    /// Into which amounts are converted beside their own.
    package var currency: String?
    package var groupBy: ReportGrouping?
    package var type: DealType?
    package var columns: [ReportColumn]
    package var rows: [ReportRow]
    /// One cell for each column; nil where the rows add up to nothing.
    package var totals: ReportRow?
    /// Amounts for which there is no exchange rate: they are in no converted number.
    package var unconverted: [CurrencyTotal]
    /// How many cells are withheld, because they or others would tell of fewer than three deals.
    package var withheld: Int
    package var generatedAt: Instant

    package init(
        report: ReportName, from: BusinessDate? = nil, to: BusinessDate? = nil, asOf: BusinessDate,
        currency: String? = nil, groupBy: ReportGrouping? = nil, type: DealType? = nil, columns: [ReportColumn],
        rows: [ReportRow], totals: ReportRow? = nil, unconverted: [CurrencyTotal] = [], withheld: Int = 0,
        generatedAt: Instant
    ) {
        self.report = report
        self.from = from
        self.to = to
        self.asOf = asOf
        self.currency = currency
        self.groupBy = groupBy
        self.type = type
        self.columns = columns
        self.rows = rows
        self.totals = totals
        self.unconverted = unconverted
        self.withheld = withheld
        self.generatedAt = generatedAt
    }
}

/// What the cells of a column hold.
package enum ReportUnit: String, Codable, Sendable, CaseIterable { case text, day, count, money, percent, days }

package struct ReportColumn: Codable, Sendable, Hashable {
    /// For programs; of an amount with the currency at its end, as `value.USD`.
    package var key: String
    /// For people.
    package var title: String
    package var unit: ReportUnit

    package init(_ key: String, _ title: String, _ unit: ReportUnit) {
        self.key = key
        self.title = title
        self.unit = unit
    }
}

package struct ReportRow: Codable, Sendable, Hashable {
    /// One for each column, in their order.
    package var cells: [ReportCell]

    package init(_ cells: [ReportCell]) { self.cells = cells }
}

/// One place of the table: at most one of its values is there, and none where there is nothing to tell.
package struct ReportCell: Codable, Sendable, Hashable {
    /// A day stands as its text.
    package var text: String?
    package var count: Int?
    package var money: CurrencyTotal?
    package var percent: Percent?
    package var days: Int?
    /// The path that lists exactly the deals behind the number.
    package var deals: String?
    /// There is a value, and it is not told.
    package var withheld: Bool?

    package init(
        text: String? = nil, count: Int? = nil, money: CurrencyTotal? = nil, percent: Percent? = nil, days: Int? = nil,
        deals: String? = nil, withheld: Bool? = nil
    ) {
        self.text = text
        self.count = count
        self.money = money
        self.percent = percent
        self.days = days
        self.deals = deals
        self.withheld = withheld
    }
}

/// One page; may hold fewer than `limit` deals though there are more.
package struct ReportDealPage: Codable, Sendable {
    package var items: [ReportDeal]
    /// Nil on the last page.
    package var nextCursor: String?

    package init(items: [ReportDeal], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}

/// A deal behind a number, as it stands now.
package struct ReportDeal: Codable, Sendable, Hashable {
    package var id: UUID
    package var number: String
    package var codeName: String
    package var type: DealType
    package var stage: String
    package var status: DealStatus
    package var value: Money?
    package var leadId: UUID
    package var expectedCloseOn: BusinessDate?
    /// How often it is counted in the number: of moves it may have made more than one.
    package var times: Int

    package init(_ deal: Deal, times: Int) {
        id = deal.id
        number = deal.number
        codeName = deal.codeName
        type = deal.type
        stage = deal.stage
        status = deal.status
        value = deal.value
        leadId = deal.leadId
        expectedCloseOn = deal.expectedCloseOn
        self.times = times
    }
}
