import Contracts
import RPC

/// A step that every deal of a type has: from it, a deal's template makes a task. The key is stored and never changes;
/// title and day may.
struct Milestone: Sendable, Hashable {
    let key: String
    let title: String
    /// Days after the start of the process.
    let day: Int
    /// Whether its task counts for rules that ask for critical tasks alone.
    let isCritical: Bool

    init(_ key: String, _ title: String, day: Int, critical: Bool = false) {
        self.key = key
        self.title = title
        self.day = day
        isCritical = critical
    }

    /// The longest process lasts less than so many days.
    static let daysMax = 1000

    /// - Throws: `validation_failed` when the process would not end in a year that we know.
    static func start(_ input: TaskTemplateStart) throws(RPCFault) -> BusinessDate? {
        guard let day = input.startOn else { return nil }
        guard BusinessDate(text: day.adding(days: daysMax).text) != nil else {
            throw .invalid([FieldFault("startOn", "out_of_range", "must be some years before 2200")])
        }
        return day
    }

    func task(startOn: BusinessDate?, by caller: Caller) -> DealTask {
        var task = DealTask(titled: title, by: caller)
        task.milestone = true
        task.critical = isCritical
        task.templateKey = key
        task.dueOn = startOn?.adding(days: day)
        task.isOverdue = task.isOverdue(on: caller.today)
        return task
    }
}
