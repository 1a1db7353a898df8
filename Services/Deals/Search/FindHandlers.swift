import Contracts
import RPC

/// What somebody is looking for while he types.
struct FindHandlers: Sendable {
    static let limits = 1...20
    static let limitDefault = 10

    let deals: FindStore
    let now: WallClock

    func register(on router: inout RPCRouter) { router.on(DealMethods.find, find) }

    func find(_ input: DealFindQuery, _ context: RPCContext) async throws -> DealFindings {
        let caller = try Caller(context, may: .readDeals, now: now())
        var faults: [FieldFault] = []
        let limit = input.limit ?? Self.limitDefault
        if !Self.limits.contains(limit) {
            faults.append(FieldFault("limit", "out_of_range", "must be 1 to \(Self.limits.upperBound)"))
        }
        let values = FilterValues(column: DealFilterField.q.column, path: "q")
        let text = values.comparison(.contains, .text(input.q), &faults)
        guard faults.isEmpty, case .contains(let part)? = text else { throw ListRequest.queryInvalid(faults) }
        return try await deals.find(WordSearch(part), limit: limit, by: caller)
    }
}
