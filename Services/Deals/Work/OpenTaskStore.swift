import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// The open tasks of many deals. Who may see which deal is part of the one statement that also filters and pages, so
/// that nothing a caller may not see ever leaves the database.
struct OpenTaskStore: Sendable {
    let store: Store

    func page(_ request: OpenTaskRequest, by caller: Caller) async throws -> OpenTaskPage {
        try await store.read { db in
            guard let walk = Walk(request, by: caller) else { return OpenTaskPage(items: [], nextCursor: nil) }
            let rows = try Row.fetchAll(db.cachedStatement(sql: walk.sql), arguments: walk.arguments)
            let items = try rows.prefix(request.limit).map { try Self.item($0, on: caller.today) }
            // One row more than asked tells whether there is a next page.
            let last = rows.count > items.count ? items.last : nil
            return OpenTaskPage(items: items, nextCursor: last?.cursor.text)
        }
    }

    private static func item(_ row: Row, on today: BusinessDate) throws -> OpenTask {
        OpenTask(
            dealId: row[0], dealNumber: row[1], dealCodeName: row[2], task: try TaskRows.task(row, from: 3, on: today))
    }

    /// Three ways through the tables, each along an index: somebody's own tasks and compliance's in their order; those of
    /// a member's deals, deal by deal, and then sorted. The latter costs with all open tasks of his deals, which is what
    /// one team can have, and never with those of the firm. What `Access` says of one deal stands in each.
    private struct Walk {
        let sql: String
        let arguments: StatementArguments

        /// - Returns: nil for roles that see no deals.
        init?(_ request: OpenTaskRequest, by caller: Caller) {
            var sql = "SELECT d.id, d.number, d.code_name, \(TaskRows.selected) "
            var arguments: [(any DatabaseValueConvertible)?] = []
            switch caller.role {
            case .admin, .management: return nil
            case .banker, .observer:
                sql += request.isMine ? Self.ownersTasks + Self.isMember : Self.membersTasks
                arguments = request.isMine ? [caller.id, caller.id] : [caller.id]
            case .compliance:
                sql += (request.isMine ? Self.ownersTasks : Self.allTasks) + Self.isOpenToCompliance
                arguments = request.isMine ? [caller.id, caller.id] : [caller.id]
            }
            sql += " AND d.deleted_ms IS NULL AND t.deleted_ms IS NULL AND t.done_ms IS NULL"
            sql += " AND (t.due_key, t.id) > (?, ?)"
            arguments += [request.after.key, request.after.id] as [(any DatabaseValueConvertible)?]
            if let day = request.dueBefore {
                sql += " AND t.due_key < ?"
                arguments.append(day)
            }
            sql += " ORDER BY t.due_key, t.id LIMIT ?"
            arguments.append(request.limit + 1)
            self.sql = sql
            self.arguments = StatementArguments(arguments)
        }

        // CROSS JOIN keeps the first table outside, whatever the planner guesses of the tables' sizes.
        private static let ownersTasks = """
            FROM deal_task t INDEXED BY deal_task_open_of_owner CROSS JOIN deal d ON d.id = t.deal_id
            WHERE t.owner_user_id = ?
            """
        private static let allTasks = """
            FROM deal_task t INDEXED BY deal_task_open CROSS JOIN deal d ON d.id = t.deal_id WHERE TRUE
            """
        private static let membersTasks = """
            FROM team_member m CROSS JOIN deal d ON d.id = m.deal_id
                CROSS JOIN deal_task t INDEXED BY deal_task_open_of_deal ON t.deal_id = m.deal_id
            WHERE m.user_id = ? AND m.removed_ms IS NULL
            """
        private static let membership = """
            EXISTS (SELECT 1 FROM team_member m WHERE m.deal_id = d.id AND m.user_id = ? AND m.removed_ms IS NULL)
            """
        private static let isMember = " AND \(membership)"
        private static let isOpenToCompliance = " AND (d.confidentiality <> 'secret' OR \(membership))"
    }
}

extension OpenTask {
    fileprivate var cursor: PageCursor {
        PageCursor(key: task.dueOn?.text ?? OpenTaskRequest.noDay, id: task.id)
    }
}
