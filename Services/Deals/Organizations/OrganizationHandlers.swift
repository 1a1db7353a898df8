import Contracts
import Foundation
import RPC
import Storage

/// The firm's directory of organizations, and those that are known through deals alone.
struct OrganizationHandlers: Sendable {
    let organizations: OrganizationStore
    let list: OrganizationListStore
    let merges: OrganizationMergeStore
    let undoing: MergeUndoStore
    let now: WallClock

    init(store: Store, now: @escaping WallClock) {
        organizations = OrganizationStore(store: store)
        list = OrganizationListStore(store: store)
        merges = OrganizationMergeStore(store: store)
        undoing = MergeUndoStore(store: store)
        self.now = now
    }

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.organizations, page)
        router.on(DealMethods.addOrganization, add)
        router.on(DealMethods.organization, get)
        router.on(DealMethods.updateOrganization, update)
        router.on(DealMethods.publishOrganization, publish)
        router.on(DealMethods.mergeOrganization, merge)
        router.on(DealMethods.organizationMerges, merged)
        router.on(DealMethods.undoMerge, unmerge)
    }

    func page(_ input: OrganizationQuery, _ context: RPCContext) async throws -> OrganizationPage {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await list.page(OrganizationRequest(input), by: caller)
    }

    func add(_ input: NewOrganization, _ context: RPCContext) async throws -> AddedOrganization {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await organizations.add(OrganizationForm(input, scope: .directory, by: caller), by: caller)
    }

    func get(_: Nothing, _ context: RPCContext) async throws -> Organization {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await organizations.get(context.organization, by: caller)
    }

    func update(_ input: OrganizationPatch, _ context: RPCContext) async throws -> Organization {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await organizations.update(context.organization, input, by: caller)
    }

    func publish(_: Nothing, _ context: RPCContext) async throws -> Organization {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await organizations.publish(context.organization, by: caller)
    }

    /// Of compliance alone: it moves what stands on deals of others.
    func merge(_ input: OrganizationMerge, _ context: RPCContext) async throws -> Organization {
        let caller = try Caller(context, may: .clearConflicts, now: now())
        return try await merges.merge(context.organization, into: input.intoId, by: caller)
    }

    func merged(_: Nothing, _ context: RPCContext) async throws -> OrganizationMergeList {
        let caller = try Caller(context, may: .clearConflicts, now: now())
        return try await merges.list(context.organization, by: caller)
    }

    func unmerge(_ input: OrganizationMergeUndo, _ context: RPCContext) async throws -> Organization {
        let caller = try Caller(context, may: .clearConflicts, now: now())
        return try await undoing.undo(context.child, of: context.organization, input, by: caller)
    }
}

extension RPCContext {
    /// Nil for what is no id: it is answered as an id that does not exist.
    var organization: UUID? { resource.first.flatMap(UUID.init(uuidString:)) }

    /// Of a person of the organization, or of a merge into it.
    var child: UUID? { resource.count == 2 ? UUID(uuidString: resource[1]) : nil }
}
