import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// The calls that stories of work are told with.
extension Desk {
    func write(
        _ text: String, on deal: Deal, as person: Person, _ kind: ActivityKind = .note, at time: Instant? = nil
    ) async throws -> DealActivity {
        let new = NewDealActivity(kind: kind, text: text, occurredAt: time)
        return try await call(DealMethods.addActivity, new, as: person, on: [deal.id.text])
    }

    func activities(
        _ deal: Deal, as person: Person, _ query: DealActivityQuery = DealActivityQuery()
    ) async throws -> DealActivityPage {
        try await call(DealMethods.activities, query, as: person, on: [deal.id.text])
    }

    func change(
        _ activity: DealActivity, on deal: Deal, as person: Person, _ change: (inout DealActivityPatch) -> Void
    ) async throws -> DealActivity {
        var patch = DealActivityPatch()
        change(&patch)
        return try await call(
            DealMethods.updateActivity, patch, as: person, on: [deal.id.text, activity.id.text],
            ifMatch: activity.version)
    }

    func remove(_ activity: DealActivity, from deal: Deal, as person: Person) async throws {
        _ = try await call(
            DealMethods.removeActivity, Nothing(), as: person, on: [deal.id.text, activity.id.text],
            ifMatch: activity.version)
    }

    func task(
        _ title: String, on deal: Deal, as person: Person, owner: Person? = nil, dueOn: BusinessDate? = nil,
        critical: Bool? = nil, dependsOn: DealTask? = nil
    ) async throws -> DealTask {
        let new = NewDealTask(
            title: title, ownerId: owner?.id, dueOn: dueOn, critical: critical, dependsOn: dependsOn?.id)
        return try await call(DealMethods.addTask, new, as: person, on: [deal.id.text])
    }

    func tasks(_ deal: Deal, as person: Person) async throws -> [DealTask] {
        try await call(DealMethods.tasks, Nothing(), as: person, on: [deal.id.text]).items
    }

    func change(
        _ task: DealTask, on deal: Deal, as person: Person, _ change: (inout DealTaskPatch) -> Void
    ) async throws -> DealTask {
        var patch = DealTaskPatch()
        change(&patch)
        return try await call(
            DealMethods.updateTask, patch, as: person, on: [deal.id.text, task.id.text], ifMatch: task.version)
    }

    func finish(_ task: DealTask, on deal: Deal, as person: Person) async throws -> DealTask {
        try await change(task, on: deal, as: person) { $0.done = .set(true) }
    }

    func remove(_ task: DealTask, from deal: Deal, as person: Person) async throws {
        _ = try await call(
            DealMethods.removeTask, Nothing(), as: person, on: [deal.id.text, task.id.text], ifMatch: task.version)
    }

    func template(_ deal: Deal, as person: Person, startOn: BusinessDate? = nil) async throws -> [DealTask] {
        let start = TaskTemplateStart(startOn: startOn)
        return try await call(DealMethods.addTemplateTasks, start, as: person, on: [deal.id.text]).items
    }

    func openTasks(_ query: OpenTaskQuery = OpenTaskQuery(), as person: Person) async throws -> OpenTaskPage {
        try await call(DealMethods.openTasks, query, as: person)
    }

    func events(of type: String) async throws -> [Event] { try await events().filter { $0.type == type } }
}
