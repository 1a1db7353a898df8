import Contracts
import RPC

/// Pipelines: read by everybody, changed by administrators, who see no deal by it.
struct PipelineHandlers: Sendable {
    let edits: PipelineEditStore
    let counts: PipelineCountStore
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.pipelines, list)
        router.on(DealMethods.pipeline, get)
        router.on(DealMethods.editPipeline, edit)
        router.on(DealMethods.pipelineCounts, count)
    }

    func list(_: Nothing, _ context: RPCContext) async throws -> PipelineList {
        _ = try Caller(context, may: .readSettings, now: now())
        return try await edits.list()
    }

    func get(_: Nothing, _ context: RPCContext) async throws -> DealPipeline {
        _ = try Caller(context, may: .readSettings, now: now())
        return try await edits.get(PipelineReference(context))
    }

    func edit(_ input: PipelineEdit, _ context: RPCContext) async throws -> DealPipeline {
        let caller = try Caller(context, may: .manageSettings, now: now())
        return try await edits.edit(PipelineReference(context), input, by: caller)
    }

    func count(_: Nothing, _ context: RPCContext) async throws -> PipelineCounts {
        let caller = try Caller(context, may: .readTotals, now: now())
        return try await counts.counts(PipelineReference(context), for: caller)
    }
}
