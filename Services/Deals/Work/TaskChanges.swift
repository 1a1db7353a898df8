import Contracts

/// What an event tells of a task.
enum TaskChanges {
    static func added(_ task: DealTask) -> [FieldChange] {
        [FieldChange("taskId", before: nil, after: task.id.text)]
            + fields(task).compactMap { field in
                field.value.map { FieldChange(field.name, before: nil, after: $0) }
            }
    }

    static func between(_ before: DealTask, _ after: DealTask) -> [FieldChange] {
        [FieldChange("taskId", before: before.id.text, after: after.id.text)]
            + zip(fields(before), fields(after)).filter { $0.value != $1.value }
            .map { FieldChange($0.name, before: $0.value, after: $1.value) }
    }

    static func removed(_ task: DealTask) -> [FieldChange] {
        [
            FieldChange("taskId", before: task.id.text, after: nil),
            FieldChange("title", before: task.title, after: nil),
        ]
    }

    private static func fields(_ task: DealTask) -> [(name: String, value: String?)] {
        [
            ("title", task.title), ("ownerId", task.ownerId?.text), ("dueOn", task.dueOn?.text),
            ("done", String(task.done)), ("milestone", String(task.milestone)), ("critical", String(task.critical)),
            ("dependsOn", task.dependsOn?.text), ("templateKey", task.templateKey),
        ]
    }
}
