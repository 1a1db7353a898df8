import Contracts
import Foundation
import GRDB

/// Deals that ended in a period and are not opened again: how many were won, lost and withdrawn, and for what reason.
enum WinLossReport: FactReport {
    static let name = ReportName.winLoss
    static let parameters = ReportParameters(
        period: .year, groupings: [.reason, .competitor, .lead, .sector, .country, .product, .type, .month],
        blindedGrouping: .type)
    /// The largest; what the others have together is one more.
    static let rowsMax = 1000

    private static let outcomes: [DealStatus] = [.won, .lost, .withdrawn]

    private struct Group {
        enum Part { case one, others, all }

        /// What tells it from the other groups; nothing of all.
        let key: String
        var part = Part.one
        /// By status and currency.
        var sums: [DealStatus: [String: ReportSum]] = [:]

        func count(_ status: DealStatus) -> Int { (sums[status] ?? [:]).values.reduce(0) { $0 + $1.count } }
        var count: Int { outcomes.reduce(0) { $0 + count($1) } }

        mutating func add(_ other: Group) {
            for (status, sums) in other.sums {
                for (code, sum) in sums { self.sums[status, default: [:]][code, default: ReportSum()] += sum }
            }
        }
    }

    static func build(_ inquiry: ReportInquiry) throws -> Report {
        let request = inquiry.request
        let grouping = request.groupBy ?? .reason
        let groups = try groups(grouping, inquiry)
        let told = groups.map { self.told($0, request) }
        let all = groups.reduce(into: Group(key: "", part: .all)) { $0.add($1) }
        let values = try values(groups, told, inquiry)
        let rows = try groups.indices.map { index -> ReportRow in
            let (group, outcomes) = (groups[index], told[index])
            var cells = try heads(group.key, grouping, inquiry)
            cells += numbers(group, outcomes, grouping, request)
            for value in values { cells += value.cells(group, outcomes, request) }
            return ReportRow(cells)
        }
        let isWhole = !request.isBlinded || told.allSatisfy { $0.count == outcomes.count }
        var total = [ReportCell(text: "Total")]
        if grouping == .lead { total.append(ReportCell()) }
        total += numbers(all, isWhole ? Set(outcomes) : [], grouping, request)
        for value in values { total += value.cells(all, request.isBlinded ? [] : Set(outcomes), request) }
        let unconverted = request.isBlinded ? [] : values[0].columns.unconverted(all.sums[.won] ?? [:])
        return Report(
            report: name, from: request.period?.lowerBound, to: request.period?.upperBound, asOf: request.asOf,
            currency: request.currency?.code, groupBy: grouping, type: request.type,
            columns: columns(grouping) + values.flatMap(\.columns.columns), rows: rows, totals: ReportRow(total),
            unconverted: unconverted, generatedAt: inquiry.caller.now
        ).counted()
    }

    /// Amounts of the deals with one outcome.
    private struct Value {
        let status: DealStatus
        let columns: AmountColumns

        func cells(_ group: Group, _ told: Set<DealStatus>, _ request: ReportRequest) -> [ReportCell] {
            let isTold = told.contains(status)
            return columns.cells(
                group.sums[status] ?? [:], isTold: { isTold && WinLossReport.isTold($0, request) },
                isBlinded: request.isBlinded)
        }
    }

    private static func values(
        _ groups: [Group], _ told: [Set<DealStatus>], _ inquiry: ReportInquiry
    ) throws -> [Value] {
        let converter = try inquiry.converter()
        return [(DealStatus.won, "wonValue", "Value won"), (.lost, "lostValue", "Value lost")].map {
            status, key, title in
            var codes: Set<String> = []
            for (group, outcomes) in zip(groups, told) where outcomes.contains(status) {
                for (code, sum) in group.sums[status] ?? [:] where !code.isEmpty && isTold(sum, inquiry.request) {
                    codes.insert(code)
                }
            }
            let columns = AmountColumns(
                key: key, title: title, currencies: codes.sorted(), converter: converter, of: { $0.amount })
            return Value(status: status, columns: columns)
        }
    }

    /// `lost.=competitor`: an outcome and the key of a group, which may be empty; `lost.total` of all.
    static func filter(ofCell cell: String, _ inquiry: ReportInquiry) throws -> FactFilter? {
        let parts = cell.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let status = DealStatus(rawValue: parts[0]), outcomes.contains(status) else {
            return nil
        }
        var filter = base(inquiry.request)
        filter.values[.status] = [status.rawValue]
        return narrow(filter, to: parts[1], inquiry.request)
    }

    private static func narrow(_ filter: FactFilter, to key: String, _ request: ReportRequest) -> FactFilter? {
        var filter = filter
        if key == "total" { return filter }
        guard key.first == "=" else { return nil }
        let group = String(key.dropFirst())
        switch request.groupBy ?? .reason {
        case .type:
            guard let type = DealType(rawValue: group), request.type ?? type == type else { return nil }
            filter.types = [type]
        case .product:
            guard let product = DealProduct(rawValue: group) else { return nil }
            filter.types = Set(product.types.filter { request.type ?? $0 == $0 })
        case .month:
            guard let first = BusinessDate(text: group + "-01"), let days = filter.days else { return nil }
            let next = BusinessDate(monthIndex: first.monthIndex + 1)
            let (from, to) = (
                max(days.lowerBound, first.daysSince1970), min(days.upperBound, next.daysSince1970 - 1)
            )
            guard from <= to else { return nil }
            filter.days = from...to
        case .competitor: filter.values[.competitor] = [group]
        case .lead: filter.values[.lead] = [group]
        case .sector: filter.values[.sector] = [group]
        case .country: filter.values[.country] = [group]
        default: filter.values[.reason] = [group]
        }
        return filter
    }

    private static func base(_ request: ReportRequest) -> FactFilter {
        let period = request.period ?? request.asOf...request.asOf
        return FactFilter(
            kind: .end, types: request.type.map { [$0] },
            days: period.lowerBound.daysSince1970...period.upperBound.daysSince1970)
    }

    private static func columns(_ grouping: ReportGrouping) -> [ReportColumn] {
        [ReportColumn(grouping.rawValue, grouping.title, .text)]
            + (grouping == .lead ? [ReportColumn("name", "Name", .text)] : [])
            + [
                ReportColumn("won", "Won", .count), ReportColumn("lost", "Lost", .count),
                ReportColumn("withdrawn", "Withdrawn", .count),
                ReportColumn("winRate", "Won of won and lost", .percent),
            ]
    }

    private static func heads(
        _ key: String, _ grouping: ReportGrouping, _ inquiry: ReportInquiry
    ) throws -> [ReportCell] {
        let text = ReportCell(text: key.isEmpty ? "none" : key)
        guard grouping == .lead else { return [text] }
        let statement = try inquiry.db.cachedStatement(
            sql: "SELECT name FROM team_member WHERE user_id = ? AND removed_ms IS NULL LIMIT 1")
        let name = try UUID(uuidString: key).flatMap { try String.fetchOne(statement, arguments: [$0]) }
        return [text, ReportCell(text: name)]
    }

    /// Of lost deals alone there is a reason, so no rate by reasons.
    private static func numbers(
        _ group: Group, _ told: Set<DealStatus>, _ grouping: ReportGrouping, _ request: ReportRequest
    ) -> [ReportCell] {
        let isTotal = group.part == .all
        let isOthers = group.part == .others
        let counts = outcomes.map { status -> ReportCell in
            guard told.contains(status) else { return .hidden }
            let cell = isTotal ? "\(status.rawValue).total" : "\(status.rawValue).=\(group.key)"
            let path = isOthers ? nil : request.path(ofCell: cell)
            return ReportCell(count: group.count(status), deals: path)
        }
        guard isTotal || (grouping != .reason && grouping != .competitor) else { return counts + [ReportCell()] }
        let (won, lost) = (group.count(.won), group.count(.lost))
        return counts + [.share(won, of: won + lost, isTold: told.contains(.won) && told.contains(.lost))]
    }

    fileprivate static func isTold(_ sum: ReportSum, _ request: ReportRequest) -> Bool {
        !request.isBlinded || sum.count >= BlindRow.cellMin
    }

    private static func told(_ group: Group, _ request: ReportRequest) -> Set<DealStatus> {
        guard request.isBlinded else { return Set(outcomes) }
        let blind = BlindRow(outcomes.map(group.count))
        return Set(zip(outcomes, blind.cells).filter { $0.1 != nil }.map(\.0))
    }
}

extension WinLossReport {
    /// The largest first; months and what management sees in their own order.
    private static func groups(_ grouping: ReportGrouping, _ inquiry: ReportInquiry) throws -> [Group] {
        let request = inquiry.request
        let facts = try FactSource(inquiry).sums(
            base(request), by: grouping.factKeys.union([.status, .currency]),
            mergesTypes: grouping != .type && grouping != .product)
        var groups: [String: Group] = [:]
        if request.isBlinded {
            for type in DealType.allCases { groups[type.rawValue] = Group(key: type.rawValue) }
        }
        for (fact, sum) in facts {
            guard let status = DealStatus(rawValue: fact.status) else { throw StoredValueFault(column: "status") }
            let key = grouping.key(of: fact)
            groups[key, default: Group(key: key)].sums[status, default: [:]][fact.currency, default: ReportSum()] += sum
        }
        if grouping == .month { return groups.values.sorted { $0.key < $1.key } }
        if request.isBlinded { return DealType.allCases.compactMap { groups[$0.rawValue] } }
        let sorted = groups.values.sorted { ($1.count, $0.key) < ($0.count, $1.key) }
        guard sorted.count > rowsMax else { return sorted }
        let others = sorted[rowsMax...].reduce(into: Group(key: "(others)", part: .others)) { $0.add($1) }
        return sorted[..<rowsMax] + [others]
    }
}

extension ReportGrouping {
    fileprivate var factKeys: Set<FactKey> {
        switch self {
        case .type, .product: []
        case .month: [.month]
        case .competitor: [.competitor]
        case .lead: [.lead]
        case .sector: [.sector]
        case .country: [.country]
        default: [.reason]
        }
    }

    fileprivate func key(of fact: ReportFact) -> String {
        switch self {
        case .type: fact.type.rawValue
        case .product: DealProduct(fact.type).rawValue
        case .month: String(BusinessDate(daysSince1970: fact.day).text.prefix(7))
        case .competitor: fact.competitor
        case .lead: fact.lead
        case .sector: fact.sector
        case .country: fact.country
        default: fact.reason
        }
    }

    fileprivate var title: String {
        switch self {
        case .type: "Deal type"
        case .product: "Product"
        case .month: "Month"
        case .competitor: "Competitor"
        case .lead: "Lead"
        case .sector: "Sector"
        case .country: "Country"
        default: "Reason"
        }
    }
}
