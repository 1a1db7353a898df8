import Contracts
import Foundation
import GRDB
import RPC

/// The table `deal_task`, row by row.
enum TaskRows {
    /// In the order in which `task(_:from:on:)` reads them, of the table as `t`.
    static let selected = """
        t.id, t.title, t.owner_user_id, t.due_on, t.done_ms, t.done_by, t.milestone, t.critical, t.depends_on,
        t.template_key, t.created_by, t.created_ms, t.updated_ms, t.version
        """

    /// The next due first, those without a day last; of one day, as they were made.
    static func all(of deal: UUID, on today: BusinessDate, in db: Database) throws -> [DealTask] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT \(selected) FROM deal_task t WHERE t.deal_id = ? AND t.deleted_ms IS NULL
                ORDER BY t.due_key, t.position
                """)
        return try Row.fetchAll(statement, arguments: [deal]).map { try task($0, on: today) }
    }

    /// - Throws: the same `notFound` for what is not there, is removed, or belongs to another deal.
    static func task(_ id: UUID?, of deal: UUID, on today: BusinessDate, in db: Database) throws -> DealTask {
        let statement = try db.cachedStatement(
            sql: "SELECT \(selected) FROM deal_task t WHERE t.id = ? AND t.deal_id = ? AND t.deleted_ms IS NULL")
        guard let id, let row = try Row.fetchOne(statement, arguments: [id, deal]) else {
            throw RPCFault.notFound("task")
        }
        return try task(row, on: today)
    }

    /// Each behind those that the deal has had before.
    static func insert(_ task: DealTask, into deal: UUID, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO deal_task (id, deal_id, position, title, owner_user_id, due_on, milestone, critical,
                    depends_on, template_key, created_by, created_ms, updated_ms, version)
                VALUES (?, ?, (SELECT coalesce(max(position), 0) + 1 FROM deal_task WHERE deal_id = ?), ?, ?, ?, ?, ?,
                    ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            task.id, deal, deal, task.title, task.ownerId, task.dueOn?.text, task.milestone, task.critical,
            task.dependsOn, task.templateKey, task.createdBy, task.createdAt.milliseconds,
            task.updatedAt.milliseconds, task.version,
        ])
    }

    /// Writes a task whose version was counted up by one.
    static func update(_ task: DealTask, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE deal_task SET title = ?, owner_user_id = ?, due_on = ?, milestone = ?, critical = ?,
                    depends_on = ?, done_ms = ?, done_by = ?, updated_ms = ?, version = ?
                WHERE id = ? AND version = ?
                """
        ).execute(arguments: [
            task.title, task.ownerId, task.dueOn?.text, task.milestone, task.critical, task.dependsOn,
            task.doneAt?.milliseconds, task.doneBy, task.updatedAt.milliseconds, task.version, task.id,
            task.version - 1,
        ])
        // The caller read the row in this same transaction, so nobody can have come between.
        guard db.changesCount == 1 else { throw StoredValueFault(column: "version") }
    }

    static func remove(_ task: DealTask, by caller: Caller, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE deal_task SET deleted_ms = max(?, created_ms), deleted_by = ?, version = version + 1
                WHERE id = ?
                """
        ).execute(arguments: [caller.now.milliseconds, caller.id, task.id])
    }

    /// Reads a row that has `selected` from one column on.
    static func task(_ row: Row, from first: Int = 0, on today: BusinessDate) throws -> DealTask {
        let done: Int64? = row[first + 4]
        var task = DealTask(
            id: row[first], title: row[first + 1], ownerId: row[first + 2], dueOn: try row.optionalDay(first + 3),
            done: done != nil, doneAt: done.map(Instant.init(milliseconds:)), doneBy: row[first + 5],
            milestone: row[first + 6], critical: row[first + 7], dependsOn: row[first + 8],
            templateKey: row[first + 9], isOverdue: false, createdBy: row[first + 10],
            createdAt: Instant(milliseconds: row[first + 11]), updatedAt: Instant(milliseconds: row[first + 12]),
            version: row[first + 13])
        task.isOverdue = task.isOverdue(on: today)
        return task
    }
}
