import Contracts
import Foundation
import GRDB

/// A condition as SQL over the deals `d`: fixed text from the table of columns, and bound values.
struct ConditionSQL {
    typealias Value = (any DatabaseValueConvertible)?

    /// What stands before the client in `deal.search_key`: three lines that end.
    static let beforeClient = "%\n%\n%\n"

    private(set) var text = ""
    private(set) var arguments: [Value] = []
    private let caller: Caller

    /// - Parameter caller: who `me` is, and which day it is.
    init(_ condition: DealCondition, caller: Caller) {
        self.caller = caller
        add(condition)
    }

    private mutating func add(_ condition: DealCondition) {
        switch condition {
        case .all(let parts): add(parts, " AND ")
        case .any(let parts): add(parts, " OR ")
        case .not(let part):
            // What is not known to hold does not hold: a filter and its opposite are all deals together.
            text += "NOT (("
            add(part)
            text += ") IS TRUE)"
        case .field(let field, let comparison): add(field, comparison)
        }
    }

    private mutating func add(_ parts: [DealCondition], _ separator: String) {
        text += "("
        for (index, part) in parts.enumerated() {
            if index > 0 { text += separator }
            add(part)
        }
        text += ")"
    }

    private mutating func add(_ field: DealFilterField, _ comparison: DealCondition.Comparison) {
        let column = field.column
        switch (field, comparison) {
        case (.product, _):
            let products = comparison.texts.compactMap(DealProduct.init(rawValue:))
            isOneOf(column.sql, products.flatMap(\.types).map(\.rawValue))
        case (.stageCategory, _):
            text += """
                EXISTS (SELECT 1 FROM pipeline p JOIN stage x ON x.pipeline_id = p.id
                    WHERE p.deal_type = d.type AND x.key = d.stage AND 
                """
            add(column, comparison)
            text += ")"
        case (.tag, _):
            text += "EXISTS (SELECT 1 FROM deal_tag x WHERE x.deal_id = d.id AND "
            add(column, comparison)
            text += ")"
        case (.member, _):
            text += "EXISTS (SELECT 1 FROM team_member x WHERE x.deal_id = d.id AND x.removed_ms IS NULL AND "
            add(column, comparison)
            text += ")"
        case (.overdue, .equals(let operand)):
            if operand == .truth(false) { text += "NOT " }
            text += """
                EXISTS (SELECT 1 FROM deal_task x
                    WHERE x.deal_id = d.id AND x.deleted_ms IS NULL AND x.done_ms IS NULL AND x.due_key < ?)
                """
            arguments.append(caller.today.text)
        case (.q, .contains(let part)): add(WordSearch(part))
        default: add(column, comparison)
        }
    }

    private mutating func add(_ column: FilterColumn, _ comparison: DealCondition.Comparison) {
        switch comparison {
        case .equals(.text(let client)) where column.isClientName:
            like(column.sql, Self.beforeClient + Self.escaped(client))
        case .equals(let operand): compare(column.sql, "=", operand)
        case .isOneOf(let operands): isOneOf(column.sql, operands.map(value))
        case .compares(let order, let operand): compare(column.sql, column.sign(of: order), operand)
        case .contains(let part) where column.isClientName:
            like(column.sql, Self.beforeClient + "%" + Self.escaped(part) + "%")
        case .contains(let part): like(column.folded, "%" + Self.escaped(part) + "%")
        case .startsWith(let part):
            like(column.sql, (column.isClientName ? Self.beforeClient : "") + Self.escaped(part) + "%")
        case .isNull(let isNull): text += "\(column.sql) IS \(isNull ? "" : "NOT ")NULL"
        }
    }

    private mutating func add(_ search: WordSearch) {
        text += #"(d.search_key LIKE ? ESCAPE '\'"#
        arguments.append("%" + Self.escaped(search.text) + "%")
        if !search.words.isEmpty {
            text += " OR (" + search.words.map { _ in WordIndex.holdsSQL }.joined(separator: " AND ") + ")"
            arguments += search.words.flatMap(WordIndex.holds)
        }
        text += ")"
    }

    private mutating func isOneOf(_ column: String, _ values: [Value]) {
        text += "\(column) IN (\(values.map { _ in "?" }.joined(separator: ", ")))"
        arguments += values
    }

    private mutating func compare(_ column: String, _ sign: String, _ operand: DealCondition.Operand) {
        if case .money(let money) = operand {
            // Amounts of different currencies are never compared.
            text += "(d.value_currency = ? AND \(column) \(sign) ?)"
            arguments += [money.currency.code, money.minorUnits]
        } else {
            text += "\(column) \(sign) ?"
            arguments.append(value(operand))
        }
    }

    private mutating func like(_ column: String, _ pattern: String) {
        text += #"\#(column) LIKE ? ESCAPE '\'"#
        arguments.append(pattern)
    }

    private func value(_ operand: DealCondition.Operand) -> Value { operand.value(for: caller) }

    static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
    }
}

extension DealCondition.Operand {
    /// As it is bound.
    func value(for caller: Caller) -> ConditionSQL.Value {
        switch self {
        case .text(let text): text
        case .number(let number): number
        case .user(let id): id
        case .me: caller.id
        // So many days before today it entered its stage.
        case .days(let days): caller.today.adding(days: -days).text
        case .truth(let truth): truth
        // Has two values, and is never in a list.
        case .money(let money): money.minorUnits
        }
    }
}

extension DealCondition.Comparison {
    /// Those that it is compared with.
    var operands: [DealCondition.Operand] {
        switch self {
        case .equals(let operand), .compares(_, let operand): [operand]
        case .isOneOf(let operands): operands
        case .contains, .startsWith, .isNull: []
        }
    }

    fileprivate var texts: [String] {
        operands.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }
}

extension FilterColumn {
    /// The client is the last line of what search looks at, folded; see the schema.
    fileprivate var isClientName: Bool {
        if case .clientName = kind { true } else { false }
    }

    /// In lower case, to be searched in.
    fileprivate var folded: String {
        if case .name = kind { "swiftLowercaseString(\(sql))" } else { sql }
    }

    /// More days ago is an earlier day.
    func sign(of order: DealCondition.Order) -> String {
        guard case .days = kind else { return order.rawValue }
        return switch order {
        case .less: ">"
        case .atMost: ">="
        case .more: "<"
        case .atLeast: "<="
        }
    }
}
