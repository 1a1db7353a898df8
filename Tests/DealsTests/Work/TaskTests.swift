import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

struct TaskTests {
    private struct Open: Equatable {
        let count: Int
        let critical: [String]
    }

    @Test func tasksStandInTheOrderInWhichTheyAreDue() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let first = try await desk.task("some day", on: deal, as: banker)
            let second = try await desk.task("some day, too", on: deal, as: banker)
            let late = try await desk.task("teaser", on: deal, as: banker, owner: banker, dueOn: .yesterday)
            let today = try await desk.task("NDA", on: deal, as: banker, dueOn: .today, dependsOn: late)
            #expect(try await desk.tasks(deal, as: banker) == [late, today, first, second])
            #expect(late.isOverdue && !today.isOverdue && !first.isOverdue)
            #expect(late.ownerId == banker.id && today.dependsOn == late.id && late.version == 1)
            desk.clock.advance(days: 1)
            #expect(try await desk.tasks(deal, as: banker).filter(\.isOverdue).map(\.id) == [late.id, today.id])
        }
    }

    @Test func aTaskIsChangedDoneAndOpenedAgain() async throws {
        try await Desk.with { desk in
            let (lead, second) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: lead)
            _ = try await desk.add(second, to: deal, by: lead, access: .edit)
            var task = try await desk.task("teaser", on: deal, as: lead, dueOn: .yesterday)
            desk.clock.advance(seconds: 5)
            task = try await desk.change(task, on: deal, as: second) {
                ($0.title, $0.ownerId, $0.dueOn) = (.set("Teaser"), .set(second.id), .set(.tomorrow))
                $0.milestone = .set(true)
            }
            #expect(task.title == "Teaser" && task.milestone && !task.isOverdue && task.version == 2)
            task = try await desk.finish(task, on: deal, as: second)
            #expect(task.done && task.doneBy == second.id && task.doneAt == desk.clock.now())
            task = try await desk.change(task, on: deal, as: lead) { $0.done = .set(false) }
            #expect(!task.done && task.doneAt == nil && task.version == 4)
            #expect(try await desk.tasks(deal, as: second) == [task])
            let events = try await desk.events().filter { $0.type.hasPrefix("deal.task.") }
            #expect(events.map(\.type) == ["added", "changed", "done", "changed"].map { "deal.task.\($0)" })
            #expect(events.allSatisfy { $0.changes.first?.field == "taskId" && $0.subject.id == deal.id.text })
            #expect(events[1].changes.contains(FieldChange("title", before: "teaser", after: "Teaser")))
            #expect(events[2].changes.dropFirst() == [FieldChange("done", before: "false", after: "true")])
        }
    }

    @Test func nobodyChangesATaskThatHeHasNotReadAsItStands() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let task = try await desk.task("teaser", on: deal, as: banker)
            try await fault("version_required") {
                try await desk.call(
                    DealMethods.updateTask, DealTaskPatch(), as: banker, on: [deal.id.text, task.id.text])
            }
            let newer = try await desk.finish(task, on: deal, as: banker)
            let stale = try await fault("version_mismatch") { try await desk.finish(task, on: deal, as: banker) }
            #expect(stale.current == String(decoding: try StrictJSON.encode(newer), as: UTF8.self))
            try await fault("version_mismatch") { try await desk.remove(task, from: deal, as: banker) }
            #expect(try await desk.change(newer, on: deal, as: banker) { $0.done = .set(true) } == newer)
        }
    }

    @Test func tasksOfAnotherDealAreNoneOfThisOne() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let (deal, other) = (try await desk.deal("Falcon", by: banker), try await desk.deal("Hawk", by: banker))
            let task = try await desk.task("teaser", on: other, as: banker)
            try await fault("not_found") { try await desk.finish(task, on: deal, as: banker) }
            try await fault("not_found") { try await desk.remove(task, from: deal, as: banker) }
            let refused = try await fault("validation_failed") {
                try await desk.task("NDA", on: deal, as: banker, dependsOn: task)
            }
            #expect(refused.details == ["dependsOn unknown_task"])
            let outsider = try await fault("validation_failed") {
                try await desk.task("NDA", on: deal, as: banker, owner: desk.person(.banker))
            }
            #expect(outsider.details == ["ownerId not_a_member"])
        }
    }

    @Test func whatOthersDependOnIsNotRemoved() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let first = try await desk.task("NDA", on: deal, as: banker)
            let second = try await desk.task("CIM", on: deal, as: banker, dependsOn: first)
            let circle = try await fault("validation_failed") {
                try await desk.change(first, on: deal, as: banker) { $0.dependsOn = .set(second.id) }
            }
            #expect(circle.details == ["dependsOn circular"])
            try await fault("task_needed") { try await desk.remove(first, from: deal, as: banker) }
            try await desk.remove(second, from: deal, as: banker)
            try await desk.remove(first, from: deal, as: banker)
            #expect(try await desk.tasks(deal, as: banker) == [])
            try await fault("not_found") { try await desk.finish(first, on: deal, as: banker) }
            let removed = try await desk.events(of: "deal.task.removed")
            #expect(removed.map(\.changes.last) == ["CIM", "NDA"].map { FieldChange("title", before: $0, after: nil) })
            let kept = try await desk.store.read { db in
                try UUID.fetchAll(db, sql: "SELECT deleted_by FROM deal_task WHERE deleted_ms IS NOT NULL")
            }
            #expect(kept == [banker.id, banker.id])
        }
    }

    @Test func aDealHasOnlySoManyTasks() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let caller = try Caller(
                RPCContext(
                    peer: Peer.gateway,
                    identity: RPCIdentity(subject: banker.id, session: banker.id, roles: banker.role.bits)),
                may: .workOnDeals, now: desk.clock.now())
            try await desk.store.write { db in
                for count in 0..<TaskStore.tasksMax {
                    try TaskRows.insert(DealTask(titled: "task \(count)", by: caller), into: deal.id, in: db)
                }
            }
            let full = try await fault("tasks_full") { try await desk.task("more", on: deal, as: banker) }
            #expect(full.status == .failedPrecondition)
            try await fault("tasks_full") { try await desk.template(deal, as: banker) }
            let tasks = try await desk.tasks(deal, as: banker)
            #expect(tasks.map(\.title) == (0..<TaskStore.tasksMax).map { "task \($0)" })
            try await desk.remove(tasks[7], from: deal, as: banker)
            _ = try await desk.task("more", on: deal, as: banker)
        }
    }

    @Test func whatIsOpenIsCountedForTheMoveThatEndsTheDeal() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let (deal, other) = (try await desk.deal("Falcon", by: banker), try await desk.deal("Hawk", by: banker))
            func open() async throws -> Open {
                try await desk.store.read { db in
                    Open(
                        count: try TaskStore.openCount(of: deal.id, in: db),
                        critical: try TaskStore.openCritical(of: deal.id, in: db))
                }
            }
            _ = try await desk.task("elsewhere", on: other, as: banker, critical: true)
            #expect(try await open() == Open(count: 0, critical: []))
            let letter = try await desk.task("letter", on: deal, as: banker, critical: true)
            let signing = try await desk.task("signing", on: deal, as: banker, dueOn: .tomorrow, critical: true)
            _ = try await desk.task("dinner", on: deal, as: banker)
            #expect(try await open() == Open(count: 3, critical: ["signing", "letter"]))
            _ = try await desk.finish(letter, on: deal, as: banker)
            #expect(try await open() == Open(count: 2, critical: ["signing"]))
            try await desk.remove(signing, from: deal, as: banker)
            #expect(try await open() == Open(count: 1, critical: []))
        }
    }
}
