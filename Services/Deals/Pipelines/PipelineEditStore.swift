import Contracts
import Events
import Foundation
import GRDB
import RPC
import Storage

/// Reads pipelines, and changes one with all deals that the change is about: both in one transaction.
struct PipelineEditStore: Sendable {
    let store: Store
    let pipelines: PipelineStore

    func list() async throws -> PipelineList {
        try await store.read { db in
            let all = try pipelines.all(in: db)
            return PipelineList(items: DealType.allCases.compactMap { all[$0]?.wire })
        }
    }

    func get(_ reference: PipelineReference) async throws -> DealPipeline {
        try await store.read { db in try reference.find(in: pipelines.all(in: db)).wire }
    }

    /// Live deals leave the stages that go, with an entry in their history and an event each. Where the chance of a stage
    /// changes, live deals that have their chance from it follow; see `PipelineDeals`.
    func edit(_ reference: PipelineReference, _ edit: PipelineEdit, by caller: Caller) async throws -> DealPipeline {
        try await store.write { db in
            let before = try reference.find(in: pipelines.all(in: db))
            try WorkVersion.require(before.wire, "pipeline", by: caller)
            let after = try PipelineForm(edit, of: before).changed(by: caller)
            guard after != before else { return before.wire }
            try PipelineRows.place(after.pipeline.stages, of: before, in: db)
            try PipelineDeals.leaveRemovedStages(before, after, by: caller, in: db)
            try PipelineDeals.followChances(before, after, by: caller, in: db)
            try PipelineRows.replace(before, by: after, in: db)
            try Self.record(before, after, by: caller, in: db)
            return try pipelines.stored(after.type, in: db).wire
        }
    }

    /// A change of everything takes several events, for each has its size; all are of one version.
    private static func record(
        _ before: StoredPipeline, _ after: StoredPipeline, by caller: Caller, in db: Database
    ) throws {
        var changes = try PipelineChanges.between(before, after)[...]
        repeat {
            let event = Event(
                id: UUIDv7.make(at: caller.now), type: EventType.pipelineUpdated, time: caller.now,
                actor: EventActor(caller.context), subject: EventSubject(kind: "pipeline", id: after.type.rawValue),
                version: after.version, changes: Array(changes.prefix(PipelineChanges.perEventMax)),
                requestId: caller.context.requestID, traceId: caller.context.trace.traceID)
            try EventFeed.append(event, in: db)
            changes = changes.dropFirst(PipelineChanges.perEventMax)
        } while !changes.isEmpty
    }
}
