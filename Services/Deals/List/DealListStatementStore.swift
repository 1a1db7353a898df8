import Contracts
import Foundation
import GRDB

/// The statements of one list request: scope, filter and place in one WHERE, so that nothing a caller may not see ever
/// leaves the database.
struct DealListStatement {
    typealias Arguments = [(any DatabaseValueConvertible)?]

    /// Answers id, version, last activity and the sort keys of each deal.
    let page: String
    let pageArguments: Arguments
    /// One after the other, until the page is full.
    let pageSteps: [Arguments]
    let count: String
    let countArguments: Arguments
    /// Answers id and whether it is secret of each deal; wants a limit behind its arguments.
    let matches: String
    let matchArguments: Arguments
    private let sort: ListSort

    /// - Parameter scope: where it has been found before.
    init(
        _ request: ListRequest, within scope: DealScope? = nil, by caller: Caller, bounds: WideBounds = .standard,
        in db: Database
    ) throws {
        let scope = try scope ?? Self.scope(of: request, by: caller, bounds, in: db)
        let filter = request.filter.map { ConditionSQL($0, caller: caller) }
        let column = request.column.map { _ in "AND d.type = ? AND d.stage = ?" }
        let from = "\(scope.sql) \(column ?? "") \(filter.map { "AND \($0.text)" } ?? "")"
        let place: Arguments = request.column.map { [$0.pipeline.rawValue, $0.stage] } ?? []
        let values = scope.arguments + place + (filter?.arguments ?? [])
        let order = ListOrder(request.sort, in: scope)
        let after = request.after.map(order.after)
        page = """
            SELECT d.id, d.version, d.last_activity_ms, \(order.columns.joined(separator: ", ")) \(from) \(after?.sql ?? "")
            ORDER BY \(order.sql) LIMIT ?
            """
        // One row more than asked tells whether there is a next page.
        let last = (after?.arguments ?? []) + [request.limit + 1]
        pageArguments = values + last
        pageSteps = scope.steps.map { $0 + values.dropFirst(scope.arguments.count) + last }
        if !request.isOfDeleted, request.column == nil, let tally = TallyScope(request.filter, by: caller) {
            count = "SELECT coalesce(SUM(d.deals), 0) \(tally.sql) \(filter.map { "AND \($0.text)" } ?? "")"
            countArguments = tally.arguments + (filter?.arguments ?? [])
        } else {
            count = "SELECT COUNT(*) \(from)"
            countArguments = values
        }
        matches = "SELECT d.id, d.confidentiality = 'secret' \(from) ORDER BY \(order.sql) LIMIT ?"
        matchArguments = values
        sort = request.sort
    }

    private static func scope(
        of request: ListRequest, by caller: Caller, _ bounds: WideBounds, in db: Database
    ) throws -> DealScope {
        if request.isOfDeleted { return DealScope(deletedFor: caller) }
        return try DealScope(soonestFor: request, by: caller, bounds: bounds, in: db)
    }

    /// Where a page ends that this row of it is the last of.
    func place(of row: Row) -> ListCursor {
        let keys = sort.keys.enumerated().map { index, key -> ListCursor.Key in
            key.field.isText ? .text(row[3 + index]) : .number(row[3 + index])
        }
        return ListCursor(sort: sort, keys: keys, id: row[0])
    }
}

/// A sort as SQL.
struct ListOrder {
    let columns: [String]
    private let id: String
    private let sort: ListSort

    init(_ sort: ListSort, in scope: DealScope) {
        columns = sort.keys.map { $0.field.column(in: scope) }
        id = scope.id
        self.sort = sort
    }

    private var ways: [Bool] { sort.keys.map(\.isDescending) + [sort.isDescending] }

    var sql: String {
        zip(columns + [id], ways).map { "\($0) \($1 ? "DESC" : "ASC")" }.joined(separator: ", ")
    }

    /// What comes after a place. A row value is compared along an index; keys that go two ways are compared one by one.
    func after(_ place: ListCursor) -> (sql: String, arguments: DealListStatement.Arguments) {
        let values = place.arguments
        let all = columns + [id]
        if sort.goesOneWay {
            let marks = all.map { _ in "?" }.joined(separator: ", ")
            return ("AND (\(all.joined(separator: ", "))) \(sort.isDescending ? "<" : ">") (\(marks))", values)
        }
        var (sql, arguments) = ("", DealListStatement.Arguments())
        for (index, column) in all.enumerated().reversed() {
            let sign = ways[index] ? "<" : ">"
            if sql.isEmpty {
                (sql, arguments) = ("\(column) \(sign) ?", [values[index]])
            } else {
                sql = "(\(column) \(sign) ? OR (\(column) = ? AND \(sql)))"
                arguments = [values[index], values[index]] + arguments
            }
        }
        return ("AND \(sql)", arguments)
    }
}

extension ListCursor {
    /// Its keys and id, as they are bound.
    var arguments: DealListStatement.Arguments {
        keys.map { key -> (any DatabaseValueConvertible)? in
            switch key {
            case .number(let number): number
            case .text(let text): text
            }
        } + [id]
    }
}

extension DealSortField {
    fileprivate func column(in scope: DealScope) -> String {
        switch self {
        case .updatedAt: scope.updated
        case .createdAt: "d.created_ms"
        case .codeName: "d.code_key"
        case .number: "d.number_order"
        case .probability: "d.probability"
        case .stageEnteredOn: "d.stage_entered_on"
        case .expectedCloseOn: "coalesce(d.expected_close_on, '9999-12-31')"
        }
    }
}
