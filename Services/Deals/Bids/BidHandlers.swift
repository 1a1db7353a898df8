import Contracts
import Foundation
import RPC
import Storage

/// The rounds of a deal, the bids in them, and how they compare.
struct BidHandlers: Sendable {
    let rounds: RoundStore
    let bids: BidStore
    let grids: BidGridStore
    let now: WallClock

    init(store: Store, now: @escaping WallClock) {
        rounds = RoundStore(store: store)
        bids = BidStore(store: store)
        grids = BidGridStore(store: store)
        self.now = now
    }

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.rounds, listRounds)
        router.on(DealMethods.addRound, addRound)
        router.on(DealMethods.updateRound, updateRound)
        router.on(DealMethods.bids, list)
        router.on(DealMethods.addBid, add)
        router.on(DealMethods.updateBid, update)
        router.on(DealMethods.withdrawBid, withdraw)
        router.on(DealMethods.bidGrid, grid)
        router.on(DealMethods.bidGridFile) { query, context, writer in
            try await file(query, context) { try await writer.send($0) }
        }
    }

    func listRounds(_: Nothing, _ context: RPCContext) async throws -> DealRoundList {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await rounds.list(DealReference(context), by: caller)
    }

    func addRound(_ input: NewDealRound, _ context: RPCContext) async throws -> DealRound {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await rounds.add(input, to: DealReference(context), by: caller)
    }

    func updateRound(_ input: DealRoundPatch, _ context: RPCContext) async throws -> DealRound {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await rounds.update(WorkReference(context), input, by: caller)
    }

    func list(_ input: DealBidQuery, _ context: RPCContext) async throws -> DealBidPage {
        let caller = try Caller(context, may: .readDeals, now: now())
        let limit = try PageLimit.checked(input.limit)
        let position = input.cursor.flatMap { Int($0) }
        guard input.cursor == nil || position.map({ $0 > 0 }) == true else { throw RPCFault.cursorInvalid }
        return try await bids.page(DealReference(context), input, limit: limit, before: position, by: caller)
    }

    func add(_ input: NewDealBid, _ context: RPCContext) async throws -> DealBid {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await bids.add(input, to: DealReference(context), by: caller)
    }

    func update(_ input: DealBidPatch, _ context: RPCContext) async throws -> DealBid {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await bids.update(WorkReference(context), input, by: caller)
    }

    func withdraw(_ input: BidWithdrawal, _ context: RPCContext) async throws -> DealBid {
        let caller = try Caller(context, may: .workOnDeals, now: now())
        return try await bids.withdraw(WorkReference(context), input, by: caller)
    }

    func grid(_ input: BidGridQuery, _ context: RPCContext) async throws -> BidGrid {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await grids.grid(DealReference(context), input, by: caller)
    }

    func file(
        _ query: BidGridQuery, _ context: RPCContext, send: (CSVPart) async throws -> Void
    ) async throws {
        let caller = try Caller(context, may: .readDeals, now: now())
        let (number, grid) = try await grids.taken(DealReference(context), query, by: caller)
        try await send(.head("\(number)-bids-\(caller.today.text).csv"))
        var file = CSVWriter()
        file.row(BidGridFile.columns.map(CSVCell.text))
        for row in BidGridFile.rows(grid) { file.row(row) }
        try await file.flush(send)
    }
}
