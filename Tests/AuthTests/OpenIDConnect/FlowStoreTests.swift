import Contracts
import GRDB
import RPC
import Storage
import Testing

@testable import auth

struct FlowStoreTests {
    @Test func eachSignInEndsOnce() async throws {
        try await OpenIDBench.with { world in
            let callback = try world.callback(try await world.start())
            _ = try await world.finish(callback)
            #expect(try await world.failed { try await world.finish(callback) } == .expired)
            #expect(world.provider.asked("/token").count == 1)
        }
    }

    @Test func ofManyAtOnceOneEnds() async throws {
        try await OpenIDBench.with { world in
            let callback = try world.callback(try await world.start())
            let faults = try await withThrowingTaskGroup(of: OpenIDFailure?.self) { group in
                for _ in 0..<10 { group.addTask { try await world.failed { try await world.finish(callback) } } }
                return try await group.reduce(into: [OpenIDFailure?]()) { $0.append($1) }
            }
            #expect(faults.filter { $0 == nil }.count == 1)
            #expect(faults.compactMap(\.self) == [OpenIDFailure](repeating: .expired, count: 9))
        }
    }

    @Test func answerThatSomebodyElseMadeUpEndsNothing() async throws {
        try await OpenIDBench.with { world in
            let started = try await world.start()
            let good = try world.callback(started)
            let others = try world.callback(try await world.start())
            for state in [nil, "", others.state] {
                var bad = good
                bad.state = state
                #expect(try await world.failed { try await world.finish(bad) } == .expired)
            }
            #expect(try await world.failed { try await world.finish(try world.callback(started)) } == nil)
        }
    }

    @Test func otherBrowserCannotEndIt() async throws {
        try await OpenIDBench.with { world in
            let good = try world.callback(try await world.start())
            for secret in [nil, "x", try await world.start().secret, OpenIDFlow().cookie] {
                var bad = good
                bad.secret = secret
                #expect(try await world.failed { try await world.finish(bad) } == .expired)
            }
            let flow = OpenIDFlow()
            let madeUp = OpenIDCallback(secret: flow.cookie, state: flow.state, code: "code-1")
            #expect(try await world.failed { try await world.finish(madeUp) } == .expired)
            #expect(world.provider.asked("/token").isEmpty)
        }
    }

    @Test func itWaitsTenMinutes() async throws {
        try await OpenIDBench.with { world in
            let late = try await world.start()
            let inTime = try await world.start()
            world.bench.pass(seconds: 599)
            #expect(try await world.failed { try await world.finish(try world.callback(inTime)) } == nil)
            world.bench.pass(seconds: 1)
            #expect(try await world.failed { try await world.finish(try world.callback(late)) } == .expired)
        }
    }

    @Test func oldOnesAreSweptAway() async throws {
        try await OpenIDBench.with { world in
            _ = try await world.start()
            world.bench.pass(seconds: 601)
            try await world.bench.desk.sweep()
            let count = try await world.bench.desk.store.read {
                try Int.fetchOne($0, sql: "SELECT count(*) FROM openid_flow")
            }
            #expect(count == 0)
        }
    }

    @Test func oldestGiveWayWhenThereAreTooMany() async throws {
        try await OpenIDBench.with { world in
            let oldest = try await world.start()
            world.bench.pass(seconds: 1)
            let young = try await world.start()
            let now = world.bench.now.milliseconds
            try await world.bench.desk.store.write { db in
                try db.execute(
                    sql: """
                        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
                        INSERT INTO openid_flow SELECT randomblob(32), '/', ?, ? FROM n
                        """, arguments: [FlowStore.flowsMax - 2, now, now + 600_000])
            }
            _ = try await world.start()
            let count = try await world.bench.desk.store.read {
                try Int.fetchOne($0, sql: "SELECT count(*) FROM openid_flow")
            }
            #expect(count == FlowStore.flowsMax)
            #expect(try await world.failed { try await world.finish(try world.callback(oldest)) } == .expired)
            #expect(try await world.failed { try await world.finish(try world.callback(young)) } == nil)
        }
    }

    @Test func onlyPathsOfThisSiteAreTaken() async throws {
        try await OpenIDBench.with { world in
            let refused = try await fault { try await world.start("//evil.test") }
            #expect(refused?.code == "validation_failed")
        }
    }
}
