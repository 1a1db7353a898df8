import NIOCore
import Testing

@testable import RPC

@Suite(.timeLimit(.minutes(5))) struct KeepAliveTests {
    @Test func clientLeavesABlackHoledConnectionAndCallsGoOnOverANewOne() async throws {
        let ledger = FaultLedger()
        let plan = FaultPlan(.blackHole(afterBytes: 0), at: FaultTrigger(kind: .response, direction: .toClient))
        try await withProxy(
            plan, ledger.router(), clientLimits: impatient(.seconds(1)), serverLimits: impatient(.seconds(10))
        ) { client, _ in
            let answer = try await client.call(FaultMethods.repeatable, Text(text: "again"), timeout: .seconds(60))
            #expect(answer.text == "again")
            #expect(plan.hasFired)
            #expect(ledger.effects(of: "again") >= 2)
        }
    }

    @Test func callThatMustNotRunTwiceIsLostWithItsBlackHoledConnection() async throws {
        let ledger = FaultLedger()
        let plan = FaultPlan(.blackHole(afterBytes: 0), at: FaultTrigger(kind: .response, direction: .toClient))
        try await withProxy(
            plan, ledger.router(), clientLimits: impatient(.seconds(1)), serverLimits: impatient(.seconds(10))
        ) { client, _ in
            let lost = await fault {
                try await client.call(FaultMethods.once, Text(text: "once"), timeout: .seconds(60))
            }
            #expect(lost?.code == "connection_lost")
            #expect(lost?.isNotExecuted == false)
            // On a slow machine the client may give up before the call has arrived; it never runs twice.
            #expect(plan.hasFired ? ledger.effects(of: "once") == 1 : ledger.effects(of: "once") <= 1)
        }
    }

    @Test func serverEndsTheCallsOfAClientThatWentSilent() async throws {
        let ledger = FaultLedger()
        let plan = FaultPlan(
            .blackHole(afterBytes: 0), at: FaultTrigger(kind: .request, direction: .toServer, moment: .after))
        try await withProxy(
            plan, ledger.router(), clientLimits: impatient(.seconds(30)), serverLimits: impatient(.seconds(4))
        ) { client, _ in
            let lost = await fault {
                try await client.call(FaultMethods.hold, Text(text: "held"), timeout: .seconds(60))
            }
            #expect(lost?.code == "connection_lost")
            #expect(ledger.effects(of: "held") == 1)
            #expect(await eventually { ledger.running == 0 })
        }
    }
}
