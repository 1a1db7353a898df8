import Contracts
import Foundation
import RPC

/// A checked question for a page of NDAs that expire soon.
struct ExpiringNDARequest: Sendable {
    static let withinDays = 0...3650
    static let usualDays = 30

    let days: ClosedRange<BusinessDate>
    let limit: Int
    /// Where the page begins.
    let after: PageCursor

    /// - Throws: `query_invalid` or `cursor_invalid`.
    init(_ query: ExpiringNDAQuery, today: BusinessDate) throws(RPCFault) {
        limit = try PageLimit.checked(query.limit)
        days = today...today.adding(days: try Self.within(query.expiringWithin) ?? Self.usualDays)
        guard let text = query.cursor else {
            after = PageCursor(key: "", id: UUID())
            return
        }
        let cursor = try PageCursor(text)
        guard BusinessDate(text: cursor.key) != nil else { throw RPCFault.cursorInvalid }
        after = cursor
    }

    /// - Throws: `query_invalid` for a number of days that is out of range.
    static func within(_ days: Int?) throws(RPCFault) -> Int? {
        guard let days, !withinDays.contains(days) else { return days }
        let words = "must be \(withinDays.lowerBound) to \(withinDays.upperBound)"
        throw RPCFault(
            .invalidArgument, "query_invalid", "The query does not fit; see errors.",
            errors: [FieldFault("expiringWithin", "out_of_range", words)])
    }
}
