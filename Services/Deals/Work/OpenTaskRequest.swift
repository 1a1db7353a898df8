import Contracts
import Foundation
import RPC

/// A checked question for a page of open tasks.
struct OpenTaskRequest: Sendable {
    /// What a task without a day is sorted by: behind all days that there are.
    static let noDay = "9999-12-31"

    let limit: Int
    let isMine: Bool
    /// The key of a day; nil for any day and none.
    let dueBefore: String?
    /// Where the page begins.
    let after: PageCursor

    /// - Throws: `query_invalid` or `cursor_invalid`.
    init(_ query: OpenTaskQuery, today: BusinessDate) throws(RPCFault) {
        limit = try PageLimit.checked(query.limit)
        isMine = query.mine == true
        let days = [query.dueBefore, query.overdue == true ? today : nil].compactMap { $0 }
        dueBefore = days.min()?.text
        guard let text = query.cursor else {
            after = PageCursor(key: "", id: UUID())
            return
        }
        let cursor = try PageCursor(text)
        guard cursor.key == Self.noDay || BusinessDate(text: cursor.key) != nil else { throw RPCFault.cursorInvalid }
        after = cursor
    }
}
