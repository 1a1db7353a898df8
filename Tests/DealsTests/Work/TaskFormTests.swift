import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct TaskFormTests {
    private let me = UUID()

    private func caller(_ clock: TestClock = TestClock()) throws -> Caller {
        let identity = RPCIdentity(subject: me, session: me, roles: Role.banker.bits)
        return try Caller(
            RPCContext(peer: Peer.gateway, identity: identity), may: .workOnDeals, now: clock.now())
    }

    private func details(
        _ task: DealTask, in surroundings: TaskSurroundings, _ change: (inout DealTaskPatch) -> Void
    ) throws -> [String] {
        var patch = DealTaskPatch()
        change(&patch)
        var form = TaskForm(task, in: surroundings, by: try caller())
        form.apply(patch)
        return form.faults.map { "\($0.field) \($0.code)" }
    }

    @Test func aTaskIsOverdueFromTheDayAfter() throws {
        var task = DealTask(titled: "x", by: try caller())
        #expect(!task.isOverdue(on: .today))
        task.dueOn = .today
        #expect(!task.isOverdue(on: .today))
        #expect(task.isOverdue(on: .tomorrow))
        task.done = true
        #expect(!task.isOverdue(on: .tomorrow))
    }

    @Test func tasksMustNotWaitForEachOther() throws {
        let ids = (0..<4).map { _ in UUID() }
        // 0 waits for 1, which waits for 2; 3 stands alone.
        let surroundings = TaskSurroundings(
            members: [], tasks: [ids[0]: ids[1], ids[1]: ids[2], ids[2]: nil, ids[3]: nil])
        #expect(surroundings.isCircle(ids[2], dependsOn: ids[0]))
        #expect(surroundings.isCircle(ids[1], dependsOn: ids[1]))
        #expect(!surroundings.isCircle(ids[0], dependsOn: ids[2]))
        #expect(!surroundings.isCircle(ids[3], dependsOn: ids[0]))
        var task = DealTask(titled: "x", by: try caller())
        task.id = ids[2]
        #expect(try details(task, in: surroundings) { $0.dependsOn = .set(ids[0]) } == ["dependsOn circular"])
        #expect(try details(task, in: surroundings) { $0.dependsOn = .set(ids[2]) } == ["dependsOn circular"])
        #expect(try details(task, in: surroundings) { $0.dependsOn = .set(UUID()) } == ["dependsOn unknown_task"])
        #expect(try details(task, in: surroundings) { $0.dependsOn = .set(ids[3]) } == [])
    }

    @Test func anOwnerIsOnTheTeamWhenTheTaskBecomesHis() throws {
        let surroundings = TaskSurroundings(members: [me], tasks: [:])
        var task = DealTask(titled: "x", by: try caller())
        #expect(try details(task, in: surroundings) { $0.ownerId = .set(UUID()) } == ["ownerId not_a_member"])
        #expect(try details(task, in: surroundings) { $0.ownerId = .set(me) } == [])
        let left = UUID()
        task.ownerId = left
        #expect(try details(task, in: surroundings) { $0.ownerId = .set(left) } == [])
        #expect(try details(task, in: surroundings) { $0.ownerId = .clear } == [])
    }

    @Test func whatMustBeThereCannotBeEmptied() throws {
        let surroundings = TaskSurroundings(members: [], tasks: [:])
        let faults = try details(DealTask(titled: "x", by: try caller()), in: surroundings) {
            ($0.title, $0.done, $0.milestone, $0.critical) = (.clear, .clear, .clear, .clear)
        }
        #expect(faults == ["title required", "milestone required", "critical required", "done required"])
    }

    @Test func whatIsDoneTellsWhenAndByWhomAndForgetsItWhenItIsOpenedAgain() throws {
        let surroundings = TaskSurroundings(members: [], tasks: [:])
        var task = DealTask(titled: "x", by: try caller())
        task.dueOn = .yesterday
        let clock = TestClock()
        clock.advance(seconds: 60)
        var patch = DealTaskPatch()
        patch.done = .set(true)
        var form = TaskForm(task, in: surroundings, by: try caller(clock))
        form.apply(patch)
        #expect(form.task.done && form.task.doneAt == clock.now() && form.task.doneBy == me && !form.task.isOverdue)
        patch.done = .set(false)
        form.apply(patch)
        #expect(!form.task.done && form.task.doneAt == nil && form.task.doneBy == nil && form.task.isOverdue)
    }
}
