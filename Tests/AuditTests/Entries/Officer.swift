import Contracts
import Foundation
import NIOCore
import RPC
import Testing

@testable import audit

/// Every call of the service, as the gateway makes it.
struct Officer: Sendable {
    let fixture: Fixture
    private let router: RPCRouter
    var role: Role? = .compliance
    var user = anna

    init(_ fixture: Fixture) {
        self.fixture = fixture
        var router = RPCRouter()
        AuditHandlers(log: fixture.log, sources: ["auth", "deals"]).register(on: &router)
        Audit.register(log: fixture.log, retentionYears: 7, on: &router)
        self.router = router
    }

    func call<I, O>(
        _ method: RPCMethod<I, O>, _ input: I, on resource: [String] = [], ifMatch: Int64? = nil
    ) async throws -> O {
        let body = ByteBuffer(bytes: try StrictJSON.encode(input))
        let reply = try await router.dispatch(method.entry, body: body, context: context(on: resource, ifMatch))
        let data = Data(reply.body.readableBytesView)
        return try JSONDecoder().decode(O.self, from: data.isEmpty ? Data("{}".utf8) : data)
    }

    func context(on resource: [String] = [], _ ifMatch: Int64? = nil) -> RPCContext {
        AuditTests.call(as: role, user: user, on: resource, ifMatch: ifMatch)
    }

    func `as`(_ role: Role?, user: UUID = anna) -> Officer {
        var other = self
        (other.role, other.user) = (role, user)
        return other
    }

    func entries(_ type: String) async throws -> [AuditEntry] {
        try await fixture.log.entries(AuditQuery(sort: "seq", type: type))
    }
}

/// The code with which a call is refused; nil when it is not.
func refusal(_ body: () async throws -> Void) async -> String? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? RPCFault)?.code ?? "\(error)"
    }
}

func withOfficer(_ body: (Officer) async throws -> Void) async throws {
    let fixture = try Fixture()
    try await body(Officer(fixture))
    let result = try await fixture.verify()
    #expect(result.ok, "\(result.problems)")
    try await fixture.remove()
}
