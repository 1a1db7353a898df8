import Contracts
import Foundation

/// Who has credit for a deal; we ourselves have no id.
struct LeagueAdviser: Sendable, Hashable {
    static let ourselves = LeagueAdviser(id: nil, name: "Our firm")

    let id: UUID?
    let name: String
}

/// A deal that was announced or completed in a period.
struct LeagueDeal: Sendable {
    let id: UUID
    let number: String
    let order: Int64
    let codeName: String
    let type: DealType
    let sector, country: String
    let isWon: Bool
    let announcedOn, closedOn: BusinessDate?
    /// Nil of a deal whose value is not known: it counts as a deal.
    let value: Money?
    var isAnnounced = false
    var isCompleted = false
    /// Beside us.
    var others: [LeagueAdviser] = []

    var advisers: [LeagueAdviser] { [.ourselves] + others }

    func group(by grouping: ReportGrouping) -> String {
        switch grouping {
        case .type: type.rawValue
        case .sector: sector
        case .country: country
        default: DealProduct(type).rawValue
        }
    }

    func counts(in row: LeagueRow, by grouping: ReportGrouping) -> Bool {
        group(by: grouping) == row.key.group && (value?.currency.code ?? "") == row.key.currency
            && advisers.contains { $0.id == row.key.adviser.id } && (row.isAnnounced ? isAnnounced : isCompleted)
    }
}

/// A number of the table as its path names it: `announced:USD:ours:ma`.
struct LeagueRow: Sendable, Hashable {
    let isAnnounced: Bool
    let key: LeagueTable.Key

    var text: String {
        let adviser = key.adviser.id?.text ?? "ours"
        return "\(isAnnounced ? "announced" : "completed"):\(key.currency):\(adviser):\(key.group)"
    }

    init(isAnnounced: Bool, _ key: LeagueTable.Key) { (self.isAnnounced, self.key) = (isAnnounced, key) }

    init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4, parts[0] == "announced" || parts[0] == "completed" else { return nil }
        let id = UUID(uuidString: parts[2])
        guard id != nil || parts[2] == "ours" else { return nil }
        isAnnounced = parts[0] == "announced"
        key = LeagueTable.Key(group: parts[3], adviser: LeagueAdviser(id: id, name: ""), currency: parts[1])
    }
}

/// Credit by group, adviser and currency.
struct LeagueTable: Sendable {
    struct Key: Sendable, Hashable {
        let group: String
        let adviser: LeagueAdviser
        /// Empty of deals without a value.
        let currency: String
    }

    /// Of deals announced, or of deals completed.
    struct Credit: Sendable, Hashable {
        var deals = 0
        var full: Int128 = 0
        var proRata: Int128 = 0
    }

    private(set) var announced: [Key: Credit] = [:]
    private(set) var completed: [Key: Credit] = [:]
    private let grouping: ReportGrouping
    private let isBlinded: Bool

    init(_ deals: [LeagueDeal], by grouping: ReportGrouping, isBlinded: Bool) {
        (self.grouping, self.isBlinded) = (grouping, isBlinded)
        for deal in deals {
            let advisers = deal.advisers
            let shares = deal.value.map { LeagueCredit.proRata($0.minorUnits, among: advisers.count) }
            for (place, adviser) in advisers.enumerated() {
                let key = Key(
                    group: deal.group(by: grouping), adviser: adviser, currency: deal.value?.currency.code ?? "")
                if deal.isAnnounced { Self.add(deal, shares?[place] ?? 0, to: &announced[key, default: Credit()]) }
                if deal.isCompleted { Self.add(deal, shares?[place] ?? 0, to: &completed[key, default: Credit()]) }
            }
        }
    }

    private static func add(_ deal: LeagueDeal, _ share: Int64, to credit: inout Credit) {
        credit.deals += 1
        credit.full += Int128(deal.value?.minorUnits ?? 0)
        credit.proRata += Int128(share)
    }

    /// By group and currency, and there by what was announced.
    private var keys: [Key] {
        Set(announced.keys).union(completed.keys).sorted { a, b in
            if a.group != b.group { return a.group < b.group }
            if a.currency != b.currency { return a.currency < b.currency }
            let (first, second) = (announced[a]?.full ?? 0, announced[b]?.full ?? 0)
            return first != second ? first > second : a.adviser.name < b.adviser.name
        }
    }

    func told(_ converter: CurrencyConverter?, _ request: ReportRequest) -> ([ReportColumn], [ReportRow]) {
        var columns = [
            ReportColumn(grouping.rawValue, grouping.word, .text),
            ReportColumn("adviser", "Adviser", .text), ReportColumn("currency", "Currency", .text),
        ]
        let kinds = [("announced", "Announced"), ("completed", "Completed")]
        for (key, title) in kinds {
            columns += [
                ReportColumn(key, "\(title) deals", .count),
                ReportColumn("\(key)Full", "\(title), full credit", .money),
                ReportColumn("\(key)ProRata", "\(title), pro rata", .money),
            ]
        }
        if let code = converter?.target.code {
            for (key, title) in kinds {
                columns += [
                    ReportColumn("\(key)Full.\(code)", "\(title), full credit, in \(code)", .money),
                    ReportColumn("\(key)ProRata.\(code)", "\(title), pro rata, in \(code)", .money),
                ]
            }
        }
        let keys = keys
        let open = [announced, completed].map { told($0, keys) }
        let rows = keys.indices.compactMap { place -> ReportRow? in
            // That there is such a row would tell of a deal.
            guard !isBlinded || open[0][place] || open[1][place] else { return nil }
            let key = keys[place]
            var cells: [ReportCell] = [.text(key.group), .text(key.adviser.name), .text(key.currency)]
            for (credits, told) in [(announced, open[0][place]), (completed, open[1][place])] {
                let row = LeagueRow(isAnnounced: cells.count == 3, key)
                cells += amounts(credits[key], told, key.currency, request.path(ofCell: row.text))
            }
            if let converter {
                for (credits, told) in [(announced, open[0][place]), (completed, open[1][place])] {
                    cells += converted(credits[key], told, key.currency, converter)
                }
            }
            return ReportRow(cells)
        }
        return (columns, rows)
    }

    private func told(_ credits: [Key: Credit], _ keys: [Key]) -> [Bool] {
        guard isBlinded else { return keys.map { _ in true } }
        return BlindRow(keys.map { credits[$0]?.deals ?? 0 }).cells.map { $0 != nil }
    }

    private func amounts(_ credit: Credit?, _ isTold: Bool, _ code: String, _ path: String?) -> [ReportCell] {
        guard isTold else { return [.hidden, .hidden, .hidden] }
        guard let credit else { return [.count(0), .nothing, .nothing] }
        guard !code.isEmpty else { return [.count(credit.deals, path), .nothing, .nothing] }
        return [
            .count(credit.deals, path), ReportAmount.cell(credit.full, code, deals: path),
            ReportAmount.cell(credit.proRata, code, deals: path),
        ]
    }

    private func converted(
        _ credit: Credit?, _ isTold: Bool, _ code: String, _ converter: CurrencyConverter
    ) -> [ReportCell] {
        guard isTold else { return [.hidden, .hidden] }
        return [credit?.full, credit?.proRata].map { amount in
            guard let money = amount.flatMap({ ReportAmount.money($0, code) }), let converted = converter.convert(money)
            else { return .nothing }
            return ReportAmount.cell(Int128(converted.minorUnits), converter.target.code)
        }
    }
}

/// One row for each deal, with what it is ranked by.
enum LeagueTombstones {
    static func table(
        _ deals: [LeagueDeal], _ converter: CurrencyConverter?, _ request: ReportRequest
    ) -> ([ReportColumn], [ReportRow]) {
        var columns = [
            ReportColumn("number", "Deal", .text), ReportColumn("codeName", "Code name", .text),
            ReportColumn("type", "Type", .text), ReportColumn("sector", "Sector", .text),
            ReportColumn("country", "Country", .text), ReportColumn("announcedOn", "Announced", .day),
            ReportColumn("closedOn", "Closed", .day), ReportColumn("currency", "Currency", .text),
            ReportColumn("rankValue", "Rank value", .money), ReportColumn("advisers", "Advisers", .count),
            ReportColumn("proRata", "Our pro-rata credit", .money),
        ]
        if let code = converter?.target.code {
            columns.append(ReportColumn("rankValue.\(code)", "Rank value in \(code)", .money))
        }
        let rows = deals.map { deal in
            let path = request.path(ofCell: "deal:\(deal.number)")
            let share = deal.value.flatMap { LeagueCredit.proRata($0.minorUnits, among: deal.advisers.count).first }
            func amount(_ minorUnits: Int64?) -> ReportCell {
                guard let minorUnits, let code = deal.value?.currency.code else { return .nothing }
                return ReportAmount.cell(Int128(minorUnits), code, deals: path)
            }
            var cells: [ReportCell] = [
                .text(deal.number), .text(deal.codeName), .text(deal.type.rawValue), .text(deal.sector),
                .text(deal.country), .text(deal.announcedOn?.text ?? ""), .text(deal.closedOn?.text ?? ""),
                .text(deal.value?.currency.code ?? ""), amount(deal.value?.minorUnits),
                .count(deal.advisers.count), amount(share),
            ]
            if let converter {
                let converted = deal.value.flatMap(converter.convert)
                cells.append(
                    converted.map { ReportAmount.cell(Int128($0.minorUnits), converter.target.code) } ?? .nothing)
            }
            return ReportRow(cells)
        }
        return (columns, rows)
    }
}
