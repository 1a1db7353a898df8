import Contracts
import Foundation
import RPC

/// The fees of a deal, and what they come to.
struct FeeHandlers: Sendable {
    let fees: FeeStore
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.fees, list)
        router.on(DealMethods.addFee, add)
        router.on(DealMethods.updateFee, update)
        router.on(DealMethods.removeFee, remove)
        router.on(DealMethods.previewFees, preview)
    }

    func list(_: Nothing, _ context: RPCContext) async throws -> DealFeeList {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await fees.list(DealReference(context), by: caller)
    }

    func add(_ input: NewDealFee, _ context: RPCContext) async throws -> DealFee {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await fees.add(input, to: DealReference(context), by: caller)
    }

    func update(_ input: DealFeePatch, _ context: RPCContext) async throws -> DealFee {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await fees.update(WorkReference(context), input, by: caller)
    }

    func remove(_: Nothing, _ context: RPCContext) async throws -> Nothing {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        try await fees.remove(WorkReference(context), by: caller)
        return Nothing()
    }

    func preview(_ input: FeePreviewQuery, _ context: RPCContext) async throws -> FeePreview {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await fees.preview(DealReference(context), input, by: caller)
    }
}
