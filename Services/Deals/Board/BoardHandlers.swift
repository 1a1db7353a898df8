import Contracts
import RPC

/// Pipelines as boards for those who are on the deals, and as blinded numbers for management.
struct BoardHandlers: Sendable {
    let boards: BoardStore
    let numbers: TotalsStore
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.board, board)
        router.on(DealMethods.boardTotals, totals)
    }

    func board(_ input: DealBoardQuery, _ context: RPCContext) async throws -> DealBoard {
        let caller = try Caller(context, may: .readDeals, now: now())
        return try await boards.board(BoardRequest(input), by: caller)
    }

    func totals(_: Nothing, _ context: RPCContext) async throws -> DealTotals {
        _ = try Caller(context, may: .readTotals, now: now())
        return try await numbers.totals()
    }
}
