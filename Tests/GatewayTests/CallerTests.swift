import Contracts
import Foundation
import NIOHTTP1
import RPC
import Testing

@testable import gateway

private func caller(_ role: Role, scopes: Set<Permission>? = nil, kind: Caller.Kind = .accessToken) -> Caller {
    Caller(
        identity: RPCIdentity(subject: UUID(), session: UUID(), roles: role.bits), kind: kind, expiry: .max,
        scopes: scopes)
}

@Test func roleAndScopeMustBothReachFarEnough() {
    func code(_ caller: Caller, _ access: Route.Access) -> String? {
        do {
            try caller.require(access)
            return nil
        } catch {
            return error.code
        }
    }
    #expect(code(caller(.banker), .permission(.createDeals)) == nil)
    #expect(code(caller(.admin), .permission(.createDeals)) == "forbidden")
    let reader = caller(.banker, scopes: [.readDeals], kind: .personalToken)
    #expect(code(reader, .permission(.readDeals)) == nil)
    #expect(code(reader, .permission(.createDeals)) == "insufficient_scope")
    #expect(
        code(caller(.admin, scopes: [.createDeals], kind: .personalToken), .permission(.createDeals)) == "forbidden")
    #expect(code(reader, .signedIn) == nil)
    #expect(code(reader, .session) == "session_required")
    #expect(code(caller(.observer, kind: .webSession), .session) == nil)
    #expect(code(caller(.banker), .nobody) == "forbidden")
}

@Test func refusalForAScopeNamesIt() {
    let refusal = #expect(throws: Problem.self) {
        try caller(.banker, scopes: [.readDeals], kind: .personalToken).require(.permission(.createDeals))
    }
    #expect(
        refusal?.headers["WWW-Authenticate"] == [
            "Bearer realm=\"ibpipeline\", error=\"insufficient_scope\", scope=\"createDeals\""
        ])
}
