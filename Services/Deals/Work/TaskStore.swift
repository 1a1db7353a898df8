import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// What is to be done on a deal. Tasks have no permission of their own: who reads the deal reads them, who edits it
/// works on all of them.
struct TaskStore: Sendable {
    let store: Store

    /// Of one deal: the list is answered whole, and a frame has a limit.
    static let tasksMax = 500

    func list(_ reference: DealReference, by caller: Caller) async throws -> DealTaskList {
        try await store.read { db in
            let deal = try DealRows.seen(reference, by: caller, may: .read, in: db).deal
            return DealTaskList(items: try TaskRows.all(of: deal.id, on: caller.today, in: db))
        }
    }

    func add(_ new: NewDealTask, to reference: DealReference, by caller: Caller) async throws -> DealTask {
        try await store.once(by: caller) { db in
            let deal = try DealRows.seen(reference, by: caller, may: .edit, in: db).deal
            let surroundings = try Self.surroundings(of: deal.id, in: db)
            let task = try TaskForm(new, in: surroundings, by: caller).checked()
            try Self.requireRoom(for: 1, beside: surroundings.tasks.count)
            try Self.append(task, to: deal, by: caller, in: db)
            return task
        }
    }

    func update(_ reference: WorkReference, _ patch: DealTaskPatch, by caller: Caller) async throws -> DealTask {
        try await store.write { db in
            let (deal, before) = try Self.read(reference, by: caller, in: db)
            var form = TaskForm(before, in: try Self.surroundings(of: deal.id, in: db), by: caller)
            form.apply(patch)
            var task = try form.checked()
            guard task != before else { return before }
            task.version += 1
            // A clock that was set back must not make the task look older than it was.
            task.updatedAt = max(caller.now, before.updatedAt)
            try TaskRows.update(task, in: db)
            let isFinished = task.done && !before.done
            try Event.record(
                isFinished ? EventType.dealTaskDone : EventType.dealTaskChanged, about: deal, by: caller,
                changes: TaskChanges.between(before, task), in: db)
            return task
        }
    }

    func remove(_ reference: WorkReference, by caller: Caller) async throws {
        try await store.write { db in
            let (deal, task) = try Self.read(reference, by: caller, in: db)
            guard try !Self.surroundings(of: deal.id, in: db).tasks.values.contains(task.id) else {
                throw RPCFault(.failedPrecondition, "task_needed", "Another task of the deal depends on this one.")
            }
            try TaskRows.remove(task, by: caller, in: db)
            try Event.record(
                EventType.dealTaskRemoved, about: deal, by: caller, changes: TaskChanges.removed(task), in: db)
        }
    }

    /// Adds the standard milestones of the deal's type that it does not have, and answers those.
    /// - Parameter startOn: nil to leave their days open.
    func addTemplate(
        startOn: BusinessDate?, to reference: DealReference, by caller: Caller
    ) async throws -> DealTaskList {
        try await store.once(by: caller) { db in
            let deal = try DealRows.seen(reference, by: caller, may: .edit, in: db).deal
            let present = try TaskRows.all(of: deal.id, on: caller.today, in: db)
            let keys = Set(present.compactMap(\.templateKey))
            let missing = Milestone.of(deal.type).filter { !keys.contains($0.key) }
                .map { $0.task(startOn: startOn, by: caller) }
            try Self.requireRoom(for: missing.count, beside: present.count)
            for task in missing { try Self.append(task, to: deal, by: caller, in: db) }
            return DealTaskList(items: missing)
        }
    }

    /// Tasks of a deal that are not done.
    static func openCount(of deal: UUID, in db: Database) throws -> Int {
        let statement = try db.cachedStatement(
            sql: "SELECT COUNT(*) FROM deal_task WHERE deal_id = ? AND deleted_ms IS NULL AND done_ms IS NULL")
        return try Int.fetchOne(statement, arguments: [deal]) ?? 0
    }

    /// The titles of critical ones that are not done, the next due first; at most `tasksMax`. What comes of them, the rules
    /// of the stages say.
    static func openCritical(of deal: UUID, in db: Database) throws -> [String] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT title FROM deal_task
                WHERE deal_id = ? AND deleted_ms IS NULL AND done_ms IS NULL AND critical = 1
                ORDER BY due_key, position
                """)
        return try String.fetchAll(statement, arguments: [deal])
    }

    /// The task as the caller read it, of a deal that he may edit.
    private static func read(
        _ reference: WorkReference, by caller: Caller, in db: Database
    ) throws -> (Deal, DealTask) {
        let deal = try DealRows.seen(reference.deal, by: caller, may: .edit, in: db).deal
        let task = try TaskRows.task(reference.id, of: deal.id, on: caller.today, in: db)
        try WorkVersion.require(task, "task", by: caller)
        return (deal, task)
    }

    private static func append(_ task: DealTask, to deal: Deal, by caller: Caller, in db: Database) throws {
        try TaskRows.insert(task, into: deal.id, in: db)
        try Event.record(EventType.dealTaskAdded, about: deal, by: caller, changes: TaskChanges.added(task), in: db)
    }

    private static func surroundings(of deal: UUID, in db: Database) throws -> TaskSurroundings {
        let members = try db.cachedStatement(
            sql: "SELECT user_id FROM team_member WHERE deal_id = ? AND removed_ms IS NULL")
        let tasks = try db.cachedStatement(
            sql: "SELECT id, depends_on FROM deal_task WHERE deal_id = ? AND deleted_ms IS NULL")
        let pairs = try Row.fetchAll(tasks, arguments: [deal]).map { row -> (UUID, UUID?) in (row[0], row[1]) }
        return TaskSurroundings(
            members: Set(try UUID.fetchAll(members, arguments: [deal])),
            tasks: Dictionary(pairs) { first, _ in first })
    }

    private static func requireRoom(for new: Int, beside present: Int) throws(RPCFault) {
        guard present + new <= tasksMax else {
            throw RPCFault(.failedPrecondition, "tasks_full", "A deal has at most \(tasksMax) tasks.")
        }
    }
}
