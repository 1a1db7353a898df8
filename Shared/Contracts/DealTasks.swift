package import Foundation
package import RPC

extension DealMethods {
    package static let tasks = RPCMethod<Nothing, DealTaskList>(
        0x0214, "deals.tasks", callers: [Peer.gateway], isIdempotent: true)
    package static let addTask = RPCMethod<NewDealTask, DealTask>(
        0x0215, "deals.tasks.add", callers: [Peer.gateway], deduplicates: true)
    package static let updateTask = RPCMethod<DealTaskPatch, DealTask>(
        0x0216, "deals.tasks.update", callers: [Peer.gateway])
    package static let removeTask = RPCMethod<Nothing, Nothing>(
        0x0217, "deals.tasks.remove", callers: [Peer.gateway])
    package static let addTemplateTasks = RPCMethod<TaskTemplateStart, DealTaskList>(
        0x0218, "deals.tasks.template", callers: [Peer.gateway], deduplicates: true)
    package static let openTasks = RPCMethod<OpenTaskQuery, OpenTaskPage>(
        0x0219, "deals.tasks.open", callers: [Peer.gateway], isIdempotent: true)
}

/// Something to be done on a deal, or a milestone of it.
package struct DealTask: Codable, Sendable, Hashable, RPCResource {
    package var id: UUID
    package var title: String
    /// Who answers for it: was a member of the deal's team when it was given to him.
    package var ownerId: UUID?
    package var dueOn: BusinessDate?
    package var done: Bool
    package var doneAt: Instant?
    package var doneBy: UUID?
    package var milestone: Bool
    /// The rules of a stage may ask that those that are critical are done, with a warning or as what blocks.
    package var critical: Bool
    /// Another task of the deal that comes first.
    package var dependsOn: UUID?
    /// Which standard milestone of the deal's type it is.
    package var templateKey: String?
    /// It was due before today and is not done: derived when it is read.
    package var isOverdue: Bool
    package var createdBy: UUID
    package var createdAt: Instant
    package var updatedAt: Instant
    package var version: Int64

    package var resourceID: String { id.text }

    package init(
        id: UUID, title: String, ownerId: UUID?, dueOn: BusinessDate?, done: Bool, doneAt: Instant?, doneBy: UUID?,
        milestone: Bool, critical: Bool, dependsOn: UUID?, templateKey: String?, isOverdue: Bool, createdBy: UUID,
        createdAt: Instant, updatedAt: Instant, version: Int64
    ) {
        self.id = id
        self.title = title
        self.ownerId = ownerId
        self.dueOn = dueOn
        self.done = done
        self.doneAt = doneAt
        self.doneBy = doneBy
        self.milestone = milestone
        self.critical = critical
        self.dependsOn = dependsOn
        self.templateKey = templateKey
        self.isOverdue = isOverdue
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.version = version
    }
}

/// What a task is made from.
package struct NewDealTask: Codable, Sendable, Hashable {
    package var title: String
    package var ownerId: UUID?
    package var dueOn: BusinessDate?
    package var milestone: Bool?
    package var critical: Bool?
    package var dependsOn: UUID?

    package init(
        title: String, ownerId: UUID? = nil, dueOn: BusinessDate? = nil, milestone: Bool? = nil, critical: Bool? = nil,
        dependsOn: UUID? = nil
    ) {
        self.title = title
        self.ownerId = ownerId
        self.dueOn = dueOn
        self.milestone = milestone
        self.critical = critical
        self.dependsOn = dependsOn
    }
}

/// A JSON merge patch (RFC 7396) of a task.
package struct DealTaskPatch: Codable, Sendable, Hashable {
    package var title: Patch<String>?
    package var ownerId: Patch<UUID>?
    package var dueOn: Patch<BusinessDate>?
    package var done: Patch<Bool>?
    package var milestone: Patch<Bool>?
    package var critical: Patch<Bool>?
    package var dependsOn: Patch<UUID>?

    package init() {}
}

/// All tasks of one deal, the next due first and those without a day last; or those that a template added.
package struct DealTaskList: Codable, Sendable {
    package var items: [DealTask]

    package init(items: [DealTask]) { self.items = items }
}

/// The day on which the process of the deal begins: the standard milestones are due so many days after it. Left out, they
/// have no day yet.
package struct TaskTemplateStart: Codable, Sendable, Hashable {
    package var startOn: BusinessDate?

    package init(startOn: BusinessDate? = nil) { self.startOn = startOn }
}

/// Asks for a page of the open tasks of all deals that the caller may see, the next due first; every filter that is set
/// must hold.
package struct OpenTaskQuery: Codable, Sendable {
    /// 1 ... 200, 50 when left out.
    package var limit: Int?
    /// The `nextCursor` of the page before.
    package var cursor: String?
    /// Those that the caller owns.
    package var mine: Bool?
    /// Those due before today.
    package var overdue: Bool?
    package var dueBefore: BusinessDate?

    package init(
        limit: Int? = nil, cursor: String? = nil, mine: Bool? = nil, overdue: Bool? = nil,
        dueBefore: BusinessDate? = nil
    ) {
        self.limit = limit
        self.cursor = cursor
        self.mine = mine
        self.overdue = overdue
        self.dueBefore = dueBefore
    }
}

package struct OpenTaskPage: Codable, Sendable {
    package var items: [OpenTask]
    package var nextCursor: String?

    package init(items: [OpenTask], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}

/// A task among those of many deals, so with the deal that it belongs to.
package struct OpenTask: Codable, Sendable, Hashable {
    package var dealId: UUID
    package var dealNumber: String
    package var dealCodeName: String
    package var task: DealTask

    package init(dealId: UUID, dealNumber: String, dealCodeName: String, task: DealTask) {
        self.dealId = dealId
        self.dealNumber = dealNumber
        self.dealCodeName = dealCodeName
        self.task = task
    }
}
