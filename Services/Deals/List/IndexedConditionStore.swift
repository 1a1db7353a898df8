import Contracts
import Foundation
import GRDB

/// One condition of a filter, asked of an index alone: what it leads to fits, or may fit.
struct IndexedCondition {
    /// `FROM … WHERE …` that reads nothing but the index, and the same with the deals as `d`.
    let sql: String
    let deals: String
    let arguments: DealListStatement.Arguments

    private init(_ sql: String, deals: String? = nil, _ arguments: DealListStatement.Arguments) {
        (self.sql, self.deals, self.arguments) = (sql, deals ?? sql, arguments)
    }

    /// Nil for what no index knows.
    init?(_ field: DealFilterField, _ comparison: DealCondition.Comparison, caller: Caller) {
        let values = comparison.operands.map { $0.value(for: caller) }
        let marks = values.map { _ in "?" }.joined(separator: ", ")
        let live = "d.deleted_ms IS NULL"
        switch (field, comparison) {
        case (_, .contains), (_, .startsWith), (_, .isNull),
            (_, .isOneOf) where values.isEmpty:
            return nil
        case (.member, _):
            let mine = "m.user_id IN (\(marks)) AND m.removed_ms IS NULL"
            self.init(
                "FROM team_member m WHERE \(mine)",
                deals: "FROM team_member m CROSS JOIN deal d ON d.id = m.deal_id WHERE \(mine)", values)
        case (.tag, _):
            self.init(
                "FROM deal_tag t WHERE t.tag IN (\(marks))",
                deals: "FROM deal_tag t CROSS JOIN deal d ON d.id = t.deal_id WHERE t.tag IN (\(marks))", values)
        default:
            guard let range = field.range else { return nil }
            let signs: [String] =
                switch comparison {
                case .compares(let order, _): [field.column.sign(of: order)]
                default: values.map { _ in "=" }
                }
            guard signs.count == 1 else { return nil }
            self.init(
                "FROM deal d INDEXED BY \(range.index) WHERE \(live) AND \(range.column) \(signs[0]) ?", values)
        }
    }
}

extension DealFilterField {
    /// The index in whose order the field's values stand, and what it holds. A day that is not known stands behind all.
    fileprivate var range: (index: String, column: String)? {
        switch self {
        case .createdAt: ("deal_by_creation", "d.created_ms")
        case .updatedAt: ("deal_by_update", "d.updated_ms")
        case .probability: ("deal_by_probability", "d.probability")
        case .stageEnteredOn, .daysInStage: ("deal_by_stage_entry", "d.stage_entered_on")
        case .expectedCloseOn: ("deal_by_expected_close", "coalesce(d.expected_close_on, '9999-12-31')")
        default: nil
        }
    }
}

extension IndexHits {
    /// Of a filter whose conditions must all hold, the first that leads to few deals. Nil when none does.
    func few(_ condition: DealCondition, caller: Caller) throws -> Set<Int64>? {
        let parts = condition.conjuncts
        for case .field(let field, let comparison) in parts {
            if let text = comparison.text, let hits = try few(field, holding: text) { return hits }
        }
        let facets = parts.compactMap { part -> String? in
            guard case .field(let field, let comparison) = part else { return nil }
            return DealFacets.match(field, comparison, caller: caller)
        }
        if !facets.isEmpty, let hits = try few(facets: facets) { return hits }
        for case .field(let field, let comparison) in parts {
            guard let index = IndexedCondition(field, comparison, caller: caller) else { continue }
            if let hits = try few(index) { return hits }
        }
        return nil
    }

    private func few(_ field: DealFilterField, holding text: String) throws -> Set<Int64>? {
        switch field {
        case .q: try few(WordSearch(text))
        case .codeName, .clientName: try few(named: text)
        default: nil
        }
    }
}

extension DealCondition {
    /// Conditions of which all must hold.
    fileprivate var conjuncts: [DealCondition] {
        if case .all(let parts) = self { parts.flatMap(\.conjuncts) } else { [self] }
    }
}

extension DealCondition.Comparison {
    /// A text that the field holds.
    fileprivate var text: String? {
        switch self {
        case .contains(let text), .startsWith(let text), .equals(.text(let text)): text
        default: nil
        }
    }
}
