import Contracts
import RPC

/// Suggests code names to whoever may open a deal.
struct CodeNameHandlers: Sendable {
    let codeNames: CodeNameStore
    let now: WallClock

    func register(on router: inout RPCRouter) { router.on(DealMethods.codeNames, suggest) }

    func suggest(_ input: CodeNameRequest, _ context: RPCContext) async throws -> CodeNameList {
        _ = try Caller(context, may: .createDeals, now: now())
        let form = try CodeNameForm(input)
        var random = SystemRandomNumberGenerator()
        let candidates = CodeNames.candidates(form.rules, salt: try await codeNames.salt(), using: &random)
        return CodeNameList(items: try await codeNames.free(candidates, count: form.count))
    }
}
