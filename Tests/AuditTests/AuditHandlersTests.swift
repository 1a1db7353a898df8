import Contracts
import Foundation
import NIOCore
import RPC
import Testing

@testable import audit

private func router(_ log: LogStore) -> RPCRouter {
    var router = RPCRouter()
    AuditHandlers(log: log, sources: ["auth", "deals"]).register(on: &router)
    return router
}

extension RPCRouter {
    fileprivate func run<I, O>(_ method: RPCMethod<I, O>, _ input: I, as role: Role?) async throws -> O {
        let body = ByteBuffer(bytes: try StrictJSON.encode(input))
        let reply = try await dispatch(method.entry, body: body, context: call(as: role))
        return try StrictJSON.decode(O.self, from: Data(reply.body.readableBytesView))
    }
}

@Test func complianceReadsAndVerifies() async throws {
    let fixture = try Fixture()
    try await fixture.fill(3)
    let router = router(fixture.log)
    #expect(try await router.run(AuditMethods.list, AuditQuery(limit: 2), as: .compliance).items.count == 2)
    #expect(try await router.run(AuditMethods.verify, Nothing(), as: .compliance).ok)
    try await fixture.remove()
}

@Test(arguments: [Role.admin, .banker, .management, .observer, nil])
func nobodyElseReadsTheLog(role: Role?) async throws {
    let fixture = try Fixture()
    let router = router(fixture.log)
    let refusal = role == nil ? RPCStatus.unauthenticated : .permissionDenied
    await #expect { _ = try await router.run(AuditMethods.list, AuditQuery(), as: role) } throws: {
        ($0 as? RPCFault)?.status == refusal
    }
    await #expect { _ = try await router.run(AuditMethods.verify, Nothing(), as: role) } throws: {
        ($0 as? RPCFault)?.status == refusal
    }
    try await fixture.remove()
}

@Test func secondVerificationIsTurnedAwayWhileOneRuns() async throws {
    let fixture = try Fixture()
    try await fixture.fill(400)
    let handlers = AuditHandlers(log: fixture.log, sources: ["deals"])
    let outcomes = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<8 {
            group.addTask {
                do { return try await handlers.verify(call(as: .compliance)).ok } catch {
                    return (error as? RPCFault)?.code == "busy"
                }
            }
        }
        return await group.reduce(into: [Bool]()) { $0.append($1) }
    }
    #expect(outcomes.allSatisfy { $0 })
    #expect(try await handlers.verify(call(as: .compliance)).ok)
    try await fixture.remove()
}
