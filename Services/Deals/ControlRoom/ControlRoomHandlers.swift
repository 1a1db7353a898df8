import Contracts
import Foundation
import RPC
import Storage

/// The control room: its lists, what waits for it, and the question whether somebody is clear, which is all that bankers
/// see of it.
struct ControlRoomHandlers: Sendable {
    let lists: ListEntryStore
    let checks: ConflictCheckStore
    let room: ControlRoomStore
    let now: WallClock

    init(store: Store, now: @escaping WallClock) {
        lists = ListEntryStore(store: store)
        checks = ConflictCheckStore(store: store)
        room = ControlRoomStore(store: store)
        self.now = now
    }

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.listEntries, list)
        router.on(DealMethods.addListEntry, place)
        router.on(DealMethods.updateListEntry, update)
        router.on(DealMethods.liftListEntry, lift)
        router.on(DealMethods.checkConflicts, check)
        router.on(DealMethods.controlRoomQueue, queue)
        router.on(DealMethods.conflictCheck, get)
        router.on(DealMethods.claimCheck, claim)
        router.on(DealMethods.decideCheck, decide)
    }

    func list(_ query: ListEntryQuery, _ context: RPCContext) async throws -> ListEntryPage {
        let caller = try Caller(context, may: .clearConflicts, now: now())
        return try await lists.page(of: ListReference(context).list, query, by: caller)
    }

    func place(_ input: NewListEntry, _ context: RPCContext) async throws -> ListEntry {
        let caller = try Caller(context, may: .clearConflicts, now: now())
        return try await lists.add(input, to: ListReference(context).list, by: caller)
    }

    func update(_ input: ListEntryPatch, _ context: RPCContext) async throws -> ListEntry {
        let caller = try Caller(context, may: .clearConflicts, now: now())
        return try await lists.update(ListReference(context), input, by: caller)
    }

    func lift(_ input: ListEntryLift, _ context: RPCContext) async throws -> ListEntry {
        let caller = try Caller(context, may: .clearConflicts, now: now())
        return try await lists.lift(ListReference(context), input, by: caller)
    }

    func check(_ input: NewConflictCheck, _ context: RPCContext) async throws -> ConflictCheckAnswer {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await checks.check(ConflictCheckForm(input), by: caller)
    }

    func queue(_ query: ControlRoomQuery, _ context: RPCContext) async throws -> ControlRoomPage {
        let caller = try Caller(context, may: .clearConflicts, now: now())
        return try await room.page(ControlRoomRequest(query), by: caller)
    }

    func get(_: Nothing, _ context: RPCContext) async throws -> ConflictCheck {
        let caller = try Caller(context, may: .clearConflicts, now: now())
        return try await room.get(context.check, by: caller)
    }

    func claim(_ input: CheckClaim, _ context: RPCContext) async throws -> ConflictCheck {
        let caller = try Caller(context, may: .clearConflicts, now: now())
        return try await room.claim(context.check, input, by: caller)
    }

    func decide(_ input: CheckDecision, _ context: RPCContext) async throws -> ConflictCheck {
        let caller = try Caller(context, may: .clearConflicts, now: now())
        let form = try CheckDecisionForm(input, today: caller.today)
        return try await room.decide(context.check, form, by: caller)
    }
}

extension RPCContext {
    /// Nil for what is no id: it is answered as an id that does not exist.
    fileprivate var check: UUID? { resource.first.flatMap(UUID.init(uuidString:)) }
}
