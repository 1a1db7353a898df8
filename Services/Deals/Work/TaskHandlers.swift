import Contracts
import RPC

/// Tasks and milestones: read by who reads their deal, worked on by who edits it.
struct TaskHandlers: Sendable {
    let tasks: TaskStore
    let open: OpenTaskStore
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.tasks, list)
        router.on(DealMethods.addTask, add)
        router.on(DealMethods.updateTask, update)
        router.on(DealMethods.removeTask, remove)
        router.on(DealMethods.addTemplateTasks, addTemplate)
        router.on(DealMethods.openTasks, openTasks)
    }

    func list(_: Nothing, _ context: RPCContext) async throws -> DealTaskList {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await tasks.list(DealReference(context), by: caller)
    }

    func add(_ input: NewDealTask, _ context: RPCContext) async throws -> DealTask {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await tasks.add(input, to: DealReference(context), by: caller)
    }

    func update(_ input: DealTaskPatch, _ context: RPCContext) async throws -> DealTask {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await tasks.update(WorkReference(context), input, by: caller)
    }

    func remove(_: Nothing, _ context: RPCContext) async throws -> Nothing {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        try await tasks.remove(WorkReference(context), by: caller)
        return Nothing()
    }

    func addTemplate(_ input: TaskTemplateStart, _ context: RPCContext) async throws -> DealTaskList {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await tasks.addTemplate(startOn: Milestone.start(input), to: DealReference(context), by: caller)
    }

    func openTasks(_ input: OpenTaskQuery, _ context: RPCContext) async throws -> OpenTaskPage {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await open.page(OpenTaskRequest(input, today: caller.today), by: caller)
    }
}
