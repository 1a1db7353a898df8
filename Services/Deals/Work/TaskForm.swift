import Contracts
import Foundation
import RPC

/// What a task is checked against: who is on the deal's team, and which of the deal's other tasks comes before which.
struct TaskSurroundings: Sendable {
    /// At most `TeamStore.membersMax`.
    let members: Set<UUID>
    /// Every task that is not removed, and which one it depends on; at most `TaskStore.tasksMax`.
    let tasks: [UUID: UUID?]

    /// Whether a task would wait for itself if it depended on the other.
    func isCircle(_ task: UUID, dependsOn other: UUID) -> Bool {
        var next: UUID? = other
        // Each step is another task, as there is no circle yet.
        for _ in 0...tasks.count {
            guard let here = next else { return false }
            if here == task { return true }
            next = tasks[here] ?? nil
        }
        return true
    }
}

/// Fills a task from input field by field and collects all that is wrong.
struct TaskForm: Sendable {
    private(set) var task: DealTask
    private(set) var faults: [FieldFault] = []
    private let surroundings: TaskSurroundings
    private let caller: Caller

    init(_ new: NewDealTask, in surroundings: TaskSurroundings, by caller: Caller) {
        self.init(DealTask(titled: "", by: caller), in: surroundings, by: caller)
        apply(DealTaskPatch(new))
    }

    init(_ task: DealTask, in surroundings: TaskSurroundings, by caller: Caller) {
        self.task = task
        self.surroundings = surroundings
        self.caller = caller
    }

    mutating func apply(_ patch: DealTaskPatch) {
        required(patch.title, "title") { form, title in
            if let title = TextRule("title", 1...200).check(title, &form.faults) { form.task.title = title }
        }
        optional(patch.ownerId, \.ownerId) { form, owner in
            // Whoever left the team keeps what is his until somebody else takes it over.
            if owner != form.task.ownerId, !form.surroundings.members.contains(owner) {
                form.fault("ownerId", "not_a_member", "must be a member of the deal's team")
            }
        }
        optional(patch.dueOn, \.dueOn) { _, _ in }
        required(patch.milestone, "milestone") { $0.task.milestone = $1 }
        required(patch.critical, "critical") { $0.task.critical = $1 }
        optional(patch.dependsOn, \.dependsOn) { form, other in form.checkDependency(on: other) }
        required(patch.done, "done") { $0.finish($1) }
        task.isOverdue = task.isOverdue(on: caller.today)
    }

    /// - Throws: `validation_failed` with every field that does not fit.
    func checked() throws(RPCFault) -> DealTask {
        guard faults.isEmpty else { throw .invalid(faults) }
        return task
    }

    private mutating func checkDependency(on other: UUID) {
        if surroundings.tasks[other] == nil {
            fault("dependsOn", "unknown_task", "must be another task of this deal")
        } else if surroundings.isCircle(task.id, dependsOn: other) {
            fault("dependsOn", "circular", "The tasks would wait for each other.")
        }
    }

    private mutating func finish(_ done: Bool) {
        guard done != task.done else { return }
        task.done = done
        // A clock that was set back must not finish a task before it was made.
        task.doneAt = done ? max(caller.now, task.createdAt) : nil
        task.doneBy = done ? caller.id : nil
    }

    private mutating func fault(_ field: String, _ code: String, _ message: String) {
        faults.append(FieldFault(field, code, message))
    }

    private mutating func required<Value>(
        _ patch: Patch<Value>?, _ field: String, _ set: (inout TaskForm, Value) -> Void
    ) {
        switch patch {
        case .set(let value): set(&self, value)
        case .clear: fault(field, "required", "must not be null")
        case nil: break
        }
    }

    private mutating func optional<Value>(
        _ patch: Patch<Value>?, _ path: WritableKeyPath<DealTask, Value?>, _ check: (inout TaskForm, Value) -> Void
    ) {
        switch patch {
        case .set(let value):
            check(&self, value)
            task[keyPath: path] = value
        case .clear: task[keyPath: path] = nil
        case nil: break
        }
    }
}

extension DealTask {
    init(titled title: String, by caller: Caller) {
        self.init(
            id: UUIDv7.make(at: caller.now), title: title, ownerId: nil, dueOn: nil, done: false, doneAt: nil,
            doneBy: nil, milestone: false, critical: false, dependsOn: nil, templateKey: nil, isOverdue: false,
            createdBy: caller.id, createdAt: caller.now, updatedAt: caller.now, version: 1)
    }

    /// Due before that day and not done; on the day itself there is still time.
    func isOverdue(on today: BusinessDate) -> Bool {
        guard !done, let dueOn else { return false }
        return dueOn < today
    }
}

extension DealTaskPatch {
    /// A new task's fields go through the same checks as a change of them.
    fileprivate init(_ new: NewDealTask) {
        self.init()
        title = .set(new.title)
        ownerId = new.ownerId.map(Patch.set)
        dueOn = new.dueOn.map(Patch.set)
        milestone = new.milestone.map(Patch.set)
        critical = new.critical.map(Patch.set)
        dependsOn = new.dependsOn.map(Patch.set)
    }
}
