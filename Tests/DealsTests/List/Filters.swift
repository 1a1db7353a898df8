import Contracts
import Foundation
import RPC

@testable import deals

/// The words in which tests write filters.
extension DealFilter {
    static func field(_ field: DealFilterField, _ operation: DealFilterOperation, _ value: DealFilter) -> DealFilter {
        .object(["field": .text(field.rawValue), "op": .text(operation.rawValue), "value": value])
    }

    static func all(_ parts: [DealFilter]) -> DealFilter { .object(["and": .list(parts)]) }
    static func any(_ parts: [DealFilter]) -> DealFilter { .object(["or": .list(parts)]) }
    static func not(_ part: DealFilter) -> DealFilter { .object(["not": part]) }

    static func money(_ amount: String, _ currency: String) -> DealFilter {
        .object(["amount": .text(amount), "currency": .text(currency)])
    }
}

extension DealCondition {
    /// What the condition says of a deal, read plainly.
    func holds(for deal: Deal, me: Person) -> Bool {
        switch self {
        case .all(let parts): parts.allSatisfy { $0.holds(for: deal, me: me) }
        case .any(let parts): parts.contains { $0.holds(for: deal, me: me) }
        case .not(let part): !part.holds(for: deal, me: me)
        case .field(let field, .isNull(let isNull)): (field.value(in: deal) == nil) == isNull
        case .field(let field, .equals(let operand)): field.value(in: deal) == operand.resolved(me)
        case .field(let field, .isOneOf(let operands)):
            operands.contains { $0.resolved(me) == field.value(in: deal) }
        case .field(.q, .contains(let part)): WordSearch(part).fits(deal)
        case .field(let field, .startsWith(let part)): field.text(in: deal)?.hasPrefix(part) ?? false
        case .field(let field, .contains(let part)): field.text(in: deal)?.contains(part) ?? false
        case .field(let field, .compares(let order, let operand)):
            switch (field.value(in: deal), operand) {
            case (.number(let a)?, .number(let b)): order.holds(a, b)
            case (.text(let a)?, .text(let b)): order.holds(a, b)
            case (.days(let a)?, .days(let b)): order.holds(a, b)
            case (.money(let a)?, .money(let b)) where a.currency == b.currency: order.holds(a.minorUnits, b.minorUnits)
            default: false
            }
        }
    }
}

extension DealCondition.Order {
    fileprivate func holds<Value: Comparable>(_ a: Value, _ b: Value) -> Bool {
        switch self {
        case .less: a < b
        case .atMost: a <= b
        case .more: a > b
        case .atLeast: a >= b
        }
    }
}

extension DealCondition.Operand {
    fileprivate func resolved(_ me: Person) -> Self { self == .me ? .user(me.id) : self }
}

extension DealFilterField {
    fileprivate func value(in deal: Deal) -> DealCondition.Operand? {
        switch self {
        case .type: .text(deal.type.rawValue)
        case .stage: .text(deal.stage)
        case .status: .text(deal.status.rawValue)
        case .lead: .user(deal.leadId)
        case .sector: deal.sector.map { .text($0) }
        case .country: deal.country.map { .text($0) }
        case .codeName: .text(FoldedText.of(deal.codeName))
        case .clientName: .text(FoldedText.of(deal.clientName))
        case .confidentiality: .text(deal.confidentiality.rawValue)
        case .conflictStatus: .text(deal.conflictStatus.rawValue)
        case .value: deal.value.map { .money($0) }
        case .probability: .number(Int64(deal.probability))
        case .originatedOn: .text(deal.originatedOn.text)
        case .expectedCloseOn: deal.expectedCloseOn.map { .text($0.text) }
        case .closedOn: deal.closedOn.map { .text($0.text) }
        case .stageEnteredOn: .text(deal.stageEnteredOn.text)
        case .createdAt: .number(deal.createdAt.milliseconds)
        case .updatedAt: .number(deal.updatedAt.milliseconds)
        case .product: .text(DealProduct(deal.type).rawValue)
        case .stageCategory: .text(Pipeline.category(of: deal))
        case .currency: deal.value.map { .text($0.currency.code) }
        // Nobody joins the teams of these deals.
        case .member: .user(deal.leadId)
        case .daysInStage: .days(BusinessDate.today.daysSince1970 - deal.stageEnteredOn.daysSince1970)
        // Nor are there tasks.
        case .overdue: .truth(false)
        // One is enough: each deal has at most one here.
        case .tag: deal.tags.first.map { .text($0) }
        case .priority: .text(deal.priority.rawValue)
        case .forecastCategory: .text(deal.forecastCategory.rawValue)
        case .q: nil
        }
    }

    fileprivate func text(in deal: Deal) -> String? {
        switch self {
        case .stage: deal.stage
        case .sector: deal.sector?.lowercased()
        case .codeName: FoldedText.of(deal.codeName)
        case .clientName: FoldedText.of(deal.clientName)
        default: nil
        }
    }
}

extension WordSearch {
    /// What a search without an index would say.
    func fits(_ deal: Deal) -> Bool {
        let names = [deal.codeName, deal.number, deal.targetName ?? "", deal.clientName].map(FoldedText.of)
        if names.joined(separator: "\n").contains(text) { return true }
        let texts = [deal.codeName, deal.clientName, deal.realName, deal.nextStep, deal.description]
        let known = Words.of(texts.compactMap(\.self).joined(separator: "\n"))
        return !words.isEmpty && words.allSatisfy { word in known.contains { $0.hasPrefix(word) } }
    }
}

extension deals.Pipeline {
    fileprivate static func category(of deal: Deal) -> String {
        builtIn(for: deal.type).stages.first { $0.key == deal.stage }.map { DealStageCategory($0.category).rawValue }
            ?? ""
    }
}

extension ListSort {
    /// Each field both ways, and some that go two ways at once.
    static let samples: [ListSort] =
        (DealSortField.allCases.flatMap { [$0.rawValue, "-\($0.rawValue)"] }
        + [
            "-probability,codeName", "expectedCloseOn,-updatedAt", "stageEnteredOn,probability,-number",
            "-createdAt,-number",
        ]).compactMap(ListSort.init(rawValue:))

    func isBefore(_ a: Deal, _ b: Deal) -> Bool {
        for key in keys {
            let (x, y) = (key.field.text(of: a), key.field.text(of: b))
            if x != y { return (x < y) != key.isDescending }
        }
        return (a.id.text < b.id.text) != isDescending
    }
}

extension DealSortField {
    /// Sorts as the field does.
    fileprivate func text(of deal: Deal) -> String {
        switch self {
        case .updatedAt: String(deal.updatedAt.milliseconds)
        case .createdAt: String(deal.createdAt.milliseconds)
        case .codeName: FoldedText.of(deal.codeName)
        case .number: deal.number
        case .probability: String(1000 + deal.probability)
        case .stageEnteredOn: deal.stageEnteredOn.text
        case .expectedCloseOn: deal.expectedCloseOn?.text ?? "9999-12-31"
        }
    }
}

/// Makes filters at random, of fields of every type.
struct FilterMaker {
    var random: SeededRandom

    mutating func filter(depth: Int = 1) -> DealFilter {
        switch Int.random(in: 0..<(depth < FilterReader.depthMax ? 6 : 3), using: &random) {
        case 3: .all(parts(depth))
        case 4: .any(parts(depth))
        case 5: .not(filter(depth: depth + 1))
        default: condition()
        }
    }

    private mutating func parts(_ depth: Int) -> [DealFilter] {
        var parts: [DealFilter] = []
        for _ in 0..<Int.random(in: 1...3, using: &random) { parts.append(filter(depth: depth + 1)) }
        return parts
    }

    mutating func condition() -> DealFilter {
        let field = DealFilterField.allCases.randomElement(using: &random) ?? .type
        let operations = DealFilterOperation.allCases.filter(field.column.operations.contains)
        let operation = operations.randomElement(using: &random) ?? .eq
        return switch operation {
        case .isNull: .field(field, operation, .bool(Bool.random(using: &random)))
        case .in: .field(field, operation, .list([value(field), value(field)]))
        default: .field(field, operation, value(field))
        }
    }

    private mutating func value(_ field: DealFilterField) -> DealFilter {
        let texts: [String]
        switch field.column.kind {
        case .choice(let allowed): texts = allowed
        case .name: texts = ["Food", "Ärzte", "ood", "origination", "mandated", "inat"]
        case .country: texts = ["DE", "FR"]
        case .codeName, .clientName, .search: texts = ["Deal 3", "deal", "BOREALIS ag", "ärz", "2026-000", "%", "_"]
        case .currency: texts = ["USD", "EUR"]
        case .tag: texts = ["carve-out", "Family"]
        case .stageCategory: texts = DealStageCategory.allCases.map(\.rawValue)
        case .flag: return .bool(Bool.random(using: &random))
        case .days: return .integer(Int64.random(in: 0...3, using: &random))
        case .user, .member: texts = ["me", UUIDv7.make().text]
        case .percent: return .integer(Int64.random(in: 0...100, using: &random))
        case .day: texts = (0..<4).map { BusinessDate.today.adding(days: $0 * 10).text }
        case .instant: texts = ["2026-11-02T09:00:05Z", "2026-11-02T09:00:12.000Z"]
        case .money:
            return .money(
                ["5", "100.00"].randomElement(using: &random) ?? "5", Bool.random(using: &random) ? "USD" : "EUR")
        }
        return .text(texts.randomElement(using: &random) ?? "")
    }
}
