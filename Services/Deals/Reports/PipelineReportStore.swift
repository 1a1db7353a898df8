import Contracts
import GRDB

/// How many live deals stood in each stage at the end of a day, and what they were worth then.
enum PipelineReport: FactReport {
    static let name = ReportName.pipeline
    static let parameters = ReportParameters(takesAsOf: true, groupings: [.stage, .type, .product])

    /// The rows of a group, and what tells its deals.
    private struct Group {
        let key: String
        let texts: [String]
        var sums: [String: ReportSum] = [:]

        var count: Int { sums.values.reduce(0) { $0 + $1.count } }
    }

    static func build(_ inquiry: ReportInquiry) throws -> Report {
        let request = inquiry.request
        let source = try FactSource(inquiry)
        let facts = try source.sums(filter(inquiry), by: [.stage, .currency])
        let groups = try groups(facts, inquiry)
        let told = blind(groups, request)
        let currencies = Set(
            groups.indices.flatMap { index in
                groups[index].sums.filter { !$0.key.isEmpty && isTold($0.value, in: told[index], request) }.keys
            }
        ).sorted()
        let converter = try inquiry.converter()
        let value = AmountColumns(
            key: "value", title: "Value", currencies: currencies, converter: converter, of: \.amount)
        let weighted = AmountColumns(
            key: "weighted", title: "Weighted value", currencies: currencies, converter: converter, of: \.expected)
        let rows = groups.indices.map { index in
            row(groups[index], isTold: told[index], inquiry, [value, weighted])
        }
        let total = total(groups, isTold: told.allSatisfy { $0 }, inquiry, [value, weighted])
        return Report(
            report: name, asOf: request.asOf, currency: request.currency?.code, groupBy: request.groupBy,
            type: request.type,
            columns: heads(request) + [ReportColumn("deals", "Deals", .count)] + value.columns + weighted.columns,
            rows: rows, totals: total.row, unconverted: value.unconverted(total.sums), generatedAt: inquiry.caller.now
        ).counted()
    }

    /// `sell_side_ma.pitch`, `sell_side_ma`, `ma`, or `total`.
    static func filter(ofCell cell: String, _ inquiry: ReportInquiry) throws -> FactFilter? {
        let request = inquiry.request
        var filter = filter(inquiry)
        if cell == "total" { return filter }
        switch request.groupBy {
        case .type:
            guard let type = DealType(rawValue: cell), request.type ?? type == type else { return nil }
            filter.types = [type]
        case .product:
            guard let product = DealProduct(rawValue: cell) else { return nil }
            filter.types = Set(product.types.filter { request.type ?? $0 == $0 })
        default:
            let parts = cell.split(separator: ".", maxSplits: 1).map(String.init)
            guard parts.count == 2, let type = DealType(rawValue: parts[0]), request.type ?? type == type else {
                return nil
            }
            let pipeline = try inquiry.pipelines.pipeline(of: type, in: inquiry.db)
            guard pipeline.stage(parts[1]) != nil else { return nil }
            filter.types = [type]
            filter.values[.stage] = pipeline.keys(standingIn: parts[1])
        }
        return filter
    }

    private static func filter(_ inquiry: ReportInquiry) -> FactFilter {
        FactFilter(
            kind: .state, types: inquiry.request.type.map { [$0] },
            days: FactFilter.firstDay...inquiry.request.asOf.daysSince1970)
    }

    private static func groups(_ facts: ReportFacts, _ inquiry: ReportInquiry) throws -> [Group] {
        let request = inquiry.request
        let types = DealType.allCases.filter { (request.type ?? $0) == $0 }
        var groups: [Group] = []
        var places: [String: Int] = [:]
        for type in types {
            let pipeline = try inquiry.pipelines.pipeline(of: type, in: inquiry.db)
            let ofType = facts.filter { $0.key.type == type }
            // Management is told of each pipeline, whether it has deals or not.
            guard !ofType.isEmpty || request.type != nil || request.isBlinded else { continue }
            let keys: [(String, [String])] =
                switch request.groupBy {
                case .type: [(type.rawValue, [type.rawValue])]
                case .product: [(DealProduct(type).rawValue, [DealProduct(type).rawValue])]
                default:
                    pipeline.stages.dropLast().map {
                        ("\(type.rawValue).\($0.key)", [type.rawValue, $0.key, $0.name])
                    }
                }
            for (key, texts) in keys where places[key] == nil {
                places[key] = groups.count
                groups.append(Group(key: key, texts: texts))
            }
            for (fact, sum) in ofType {
                let key =
                    keys.count == 1 && request.groupBy != .stage
                    ? keys[0].0 : "\(type.rawValue).\(pipeline.standing(fact.stage)?.key ?? fact.stage)"
                guard let place = places[key] else { continue }
                groups[place].sums[fact.currency, default: ReportSum()] += sum
            }
        }
        return groups
    }

    /// Which groups are told of. As the totals of the board are withheld, pipeline by pipeline.
    private static func blind(_ groups: [Group], _ request: ReportRequest) -> [Bool] {
        guard request.isBlinded else { return groups.map { _ in true } }
        var told: [Bool] = []
        for type in Set(groups.map { $0.texts[0] }).sorted(by: { first(of: $0, groups) < first(of: $1, groups) }) {
            let counts = groups.filter { $0.texts[0] == type }.map(\.count)
            told += BlindRow(counts).cells.map { $0 != nil }
        }
        return told
    }

    private static func first(of type: String, _ groups: [Group]) -> Int {
        groups.firstIndex { $0.texts[0] == type } ?? 0
    }

    private static func isTold(_ sum: ReportSum, in isTold: Bool, _ request: ReportRequest) -> Bool {
        isTold && (!request.isBlinded || sum.count >= BlindRow.cellMin)
    }

    private static func heads(_ request: ReportRequest) -> [ReportColumn] {
        switch request.groupBy {
        case .type: [ReportColumn("type", "Deal type", .text)]
        case .product: [ReportColumn("product", "Product", .text)]
        default:
            [
                ReportColumn("type", "Deal type", .text), ReportColumn("stage", "Stage", .text),
                ReportColumn("name", "Name", .text),
            ]
        }
    }

    private static func row(
        _ group: Group, isTold told: Bool, _ inquiry: ReportInquiry, _ amounts: [AmountColumns]
    ) -> ReportRow {
        let request = inquiry.request
        let count =
            told ? ReportCell(count: group.count, deals: request.path(ofCell: group.key)) : ReportCell(withheld: true)
        let isTold = { (sum: ReportSum) in self.isTold(sum, in: told, request) }
        return ReportRow(
            group.texts.map { ReportCell(text: $0) } + [count]
                + amounts.flatMap { $0.cells(group.sums, isTold: isTold, isBlinded: request.isBlinded) })
    }

    /// Adds up to what no cell that is withheld follows from.
    private static func total(
        _ groups: [Group], isTold: Bool, _ inquiry: ReportInquiry, _ amounts: [AmountColumns]
    ) -> (row: ReportRow, sums: [String: ReportSum]) {
        let request = inquiry.request
        var sums: [String: ReportSum] = [:]
        for group in groups {
            for (code, sum) in group.sums { sums[code, default: ReportSum()] += sum }
        }
        let heads = heads(request).indices.map { $0 == 0 ? ReportCell(text: "Total") : ReportCell() }
        guard isTold else {
            let withheld = 1 + amounts.reduce(0) { $0 + $1.columns.count }
            return (ReportRow(heads + (0..<withheld).map { _ in ReportCell(withheld: true) }), [:])
        }
        let count = groups.reduce(0) { $0 + $1.count }
        let areAllTold = { (sum: ReportSum) in
            !request.isBlinded || groups.allSatisfy { $0.sums.values.allSatisfy { $0.count >= BlindRow.cellMin } }
        }
        let cells = amounts.flatMap { $0.cells(sums, isTold: areAllTold, isBlinded: request.isBlinded) }
        return (
            ReportRow(heads + [ReportCell(count: count, deals: request.path(ofCell: "total"))] + cells),
            request.isBlinded ? [:] : sums
        )
    }
}

extension Pipeline {
    /// The stage, and those that were removed and in whose place it stands.
    func keys(standingIn key: String) -> Set<String> {
        Set(([key] + removed.map(\.key)).filter { standing($0)?.key == key })
    }
}
