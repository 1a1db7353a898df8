import Contracts
import Foundation
import NIOCore
import RPC
import Storage
import Testing

@testable import health

/// Auth was up for an hour and then went away; nobody ever looked at deals.
private struct Scene {
    let fixture: Fixture
    let hand = HandClock()
    let board: ProbeBoard
    let router: RPCRouter

    init() async throws {
        fixture = try Fixture()
        try await fixture.history.append((1...360).map { record(.up, after: -$0 * 10) })
        board = ProbeBoard(targets: ["auth", "deals"], interval: interval, clock: hand.clock)
        await board.resume(from: fixture.history, logger: quiet)
        let probe = Probe(
            at: start, moment: hand.clock.now(), latency: .milliseconds(2),
            outcome: .unreachable("auth cannot be reached"))
        let gone = try #require(board.take(probe, of: "auth"))
        try await fixture.history.append([gone])
        var router = RPCRouter()
        HealthHandlers(board: board, history: fixture.history, interval: interval, clock: hand.clock).register(
            on: &router)
        self.router = router
    }

    func run<Output>(_ method: RPCMethod<Nothing, Output>, as role: Role?) async throws -> Output {
        let reply = try await router.dispatch(method.entry, body: ByteBuffer(), context: call(as: role))
        return try StrictJSON.decode(Output.self, from: Data(reply.body.readableBytesView))
    }
}

@Test func signedInUserSeesTheDetails() async throws {
    let scene = try await Scene()
    let report = try await scene.run(HealthMethods.current, as: .observer)
    #expect(report.status == .down)
    #expect(
        report.services["auth"]
            == ServiceHealth(
                status: .down, since: start, checkedAt: start, latencyMicroseconds: 2000, uptime24h: 100,
                error: "auth cannot be reached"))
    #expect(report.services["deals"]?.status == .unknown)
    try await scene.fixture.remove()
}

@Test func publicReportHasNoDetails() async throws {
    let scene = try await Scene()
    let report = try await scene.run(HealthMethods.current, as: nil)
    #expect(report.status == .down)
    #expect(
        report.services["auth"]
            == ServiceHealth(
                status: .down, since: nil, checkedAt: nil, latencyMicroseconds: nil, uptime24h: nil, error: nil))
    try await scene.fixture.remove()
}

@Test func reportNeedsNoDatabase() async throws {
    let scene = try await Scene()
    try await scene.fixture.history.store.close()
    #expect(try await scene.run(HealthMethods.current, as: .banker).status == .down)
    try await scene.fixture.remove()
}

@Test func stalledProbersMakeTheWholeUnknown() async throws {
    let scene = try await Scene()
    scene.hand.advance(by: interval * 4)
    #expect(try await scene.run(HealthMethods.current, as: nil).status == .unknown)
    try await scene.fixture.remove()
}

@Test func historyIsForThoseWhoSignedIn() async throws {
    let scene = try await Scene()
    await #expect { _ = try await scene.run(HealthMethods.history, as: nil) } throws: {
        ($0 as? RPCFault)?.status == .unauthenticated
    }
    let history = try await scene.run(HealthMethods.history, as: .admin)
    #expect(history.to == start && history.from == start.advanced(bySeconds: -86_400))
    let auth = try #require(history.services["auth"])
    #expect(auth.map(\.status) == [.unknown, .up, .down])
    #expect(auth[1].from == start.advanced(bySeconds: -3600) && auth[1].probes == 360)
    #expect(history.services["deals"]?.map(\.status) == [.unknown])
    try await scene.fixture.remove()
}
