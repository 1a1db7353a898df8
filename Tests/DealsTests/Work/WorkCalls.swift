import Contracts
import Foundation
import RPC

@testable import deals

extension Desk {
    /// Every call about the activities and tasks of one deal, as a name and what it answers to this person.
    func workCalls(on reference: String, as person: Person) -> [(String, () async throws -> Data)] {
        let child = [reference, UUIDv7.make().text]
        return [
            (
                "activities",
                { try await bytes(DealMethods.activities, DealActivityQuery(), as: person, on: [reference]) }
            ),
            (
                "activities.add",
                {
                    let new = NewDealActivity(kind: .note, text: "curious")
                    return try await bytes(DealMethods.addActivity, new, as: person, on: [reference])
                }
            ),
            (
                "activities.update",
                { try await bytes(DealMethods.updateActivity, DealActivityPatch(), as: person, on: child, ifMatch: 1) }
            ),
            (
                "activities.remove",
                { try await bytes(DealMethods.removeActivity, Nothing(), as: person, on: child, ifMatch: 1) }
            ),
            ("tasks", { try await bytes(DealMethods.tasks, Nothing(), as: person, on: [reference]) }),
            (
                "tasks.add",
                { try await bytes(DealMethods.addTask, NewDealTask(title: "look"), as: person, on: [reference]) }
            ),
            ("tasks.update", { try await bytes(DealMethods.updateTask, DealTaskPatch(), as: person, on: child) }),
            ("tasks.remove", { try await bytes(DealMethods.removeTask, Nothing(), as: person, on: child) }),
            (
                "tasks.template",
                { try await bytes(DealMethods.addTemplateTasks, TaskTemplateStart(), as: person, on: [reference]) }
            ),
        ]
    }
}
