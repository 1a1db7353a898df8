import Contracts
import Foundation
import NIOCore
import RPC

/// Create, read and change deals.
struct DealHandlers: Sendable {
    let deals: DealStore
    let changes: ChangeStore
    let names: UserNames
    let reads: SecretReads
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.create, create)
        router.onBytes(DealMethods.get.entry, get)
        router.on(DealMethods.update, update)
    }

    func create(_ input: NewDeal, _ context: RPCContext) async throws -> Deal {
        let caller = try Caller(context, may: .createDeals, now: now())
        let name = try await names.name(of: caller)
        return try await deals.create(input, leadName: name, by: caller)
    }

    /// A deal as it is, which is asked for most, and so without reading that nothing else is asked: no bytes, or `{}`.
    func get(_ body: ByteBuffer, _ context: RPCContext) async throws -> RPCReply {
        let caller = try Caller(context, may: .readDeals, now: now())
        let reference = try DealReference(context)
        let reply = try await read(reference, body, by: caller)
        await reads.note("record", of: reference, version: reply.version, by: caller)
        return reply
    }

    private func read(_ reference: DealReference, _ body: ByteBuffer, by caller: Caller) async throws -> RPCReply {
        guard body.readableBytes > 2 else { return try await deals.get(reference, by: caller) }
        let moment = try StrictJSON.decode(DealMoment.self, from: Data(body.readableBytesView))
        guard let instant = try moment.instant(now: caller.now) else {
            return try await deals.get(reference, by: caller)
        }
        let deal = try await changes.deal(reference, at: instant, by: caller)
        return RPCReply(
            body: ByteBuffer(bytes: try StrictJSON.encode(deal)), resource: deal.resourceID, version: deal.version)
    }

    func update(_ input: DealPatch, _ context: RPCContext) async throws -> Deal {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        guard context.ifMatch != nil else {
            throw RPCFault(.failedPrecondition, "version_required", "Send If-Match with the version you read.")
        }
        return try await deals.update(DealReference(context), input, by: caller)
    }
}
