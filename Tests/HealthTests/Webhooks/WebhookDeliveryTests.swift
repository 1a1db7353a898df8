import Contracts
import Foundation
import GRDB
import NIOCore
import NIOHTTP1
import RPC
import ServiceKit
import Storage
import Testing

@testable import health

/// Through real sockets, on a clock that the tests move.
struct WebhookDeliveryTests {
    @Test func messageComesSignedAndIsSentAgainUntilItIsTaken() async throws {
        try await Receiver.with { receiver in
            try await WebhookBench.with { bench in
                let created = try await bench.add(receiver.url())
                let (id, secret) = (created.webhook.id, try #require(WebhookSecret(text: created.secret)))
                receiver.answers(.init(status: .internalServerError, body: "not\nnow"))
                let sent = event(1)
                try await bench.take([sent])
                try await bench.delivering {
                    try await eventually { try await bench.deliveries(of: id).first?.attempts.count == 1 }
                    let waiting = try await bench.deliveries(of: id, state: .pending)
                    #expect(waiting.first?.nextAttemptAt == start.advanced(bySeconds: 5))
                    #expect(waiting.first?.attempts.first?.status == 500)
                    #expect(waiting.first?.attempts.first?.response == "not now")
                    let failing = try await bench.run(HealthMethods.webhook, Nothing(), [id]).failingSince
                    #expect(failing == start)
                    bench.wait(seconds: 5)
                    try await eventually { try await bench.deliveries(of: id, state: .delivered).count == 1 }
                }
                let messages = receiver.messages
                #expect(messages.count == 2)
                #expect(Set(messages.map(\.id)) == [WebhookMessage.id(event: sent.event.id, endpoint: id)])
                #expect(messages.map(\.timestamp) == ["1790000000", "1790000005"])
                #expect(messages.allSatisfy { $0.isSigned(by: secret) && !$0.isSigned(by: WebhookSecret()) })
                #expect(messages.first?.body == messages.last?.body)
                let webhook = try await bench.run(HealthMethods.webhook, Nothing(), [id])
                #expect(webhook.failingSince == nil && webhook.version == 1)
            }
        }
    }

    @Test func forADayTheOldSecretSignsBesideTheNewOne() async throws {
        try await Receiver.with { receiver in
            try await WebhookBench.with { bench in
                let created = try await bench.add(receiver.url())
                let id = created.webhook.id
                let old = try #require(WebhookSecret(text: created.secret))
                let rotated = try await bench.run(HealthMethods.rotateWebhookSecret, Nothing(), [id])
                let new = try #require(WebhookSecret(text: rotated.secret))
                #expect(rotated.previousSecretUntil == start.advanced(bySeconds: 86_400))
                try await bench.delivering {
                    for (sequence, seconds) in [(1, 0), (2, 86_399), (3, 1)] as [(Int64, Int64)] {
                        bench.wait(seconds: seconds)
                        try await bench.take([event(sequence)])
                        bench.desk.bell.ring()
                        try await eventually { receiver.messages.count == Int(sequence) }
                    }
                }
                #expect(receiver.messages.allSatisfy { $0.isSigned(by: new) })
                #expect(receiver.messages.map { $0.isSigned(by: old) } == [true, true, false])
                try await WebhookSweepStore(store: bench.store).sweep(at: bench.hand.now)
                let kept = try await bench.store.read {
                    try Int.fetchOne($0, sql: "SELECT count(previous_secret) FROM webhook_endpoint")
                }
                #expect(kept == 0)
            }
        }
    }

    @Test func whoIsGoneIsTurnedOffAndGetsNothingUntilSomebodyTurnsItOn() async throws {
        try await Receiver.with { receiver in
            try await WebhookBench.with { bench in
                let id = try await bench.add(receiver.url()).webhook.id
                receiver.answers(.init(status: .gone))
                try await bench.take([event(1)])
                try await bench.delivering {
                    try await eventually { try await bench.deliveries(of: id, state: .failed).count == 1 }
                    let webhook = try await bench.run(HealthMethods.webhook, Nothing(), [id])
                    #expect(webhook.status == .disabled && webhook.disabledReason == .gone && webhook.version == 2)
                    let told = try await bench.told()
                    #expect(told.last?.type == "webhook.disabled")
                    #expect(told.last?.actor == .service("health"))
                    let fault = await #expect(throws: RPCFault.self) {
                        try await bench.run(HealthMethods.testWebhook, Nothing(), [id])
                    }
                    #expect(fault?.code == "webhook_disabled")
                    let on = try await bench.run(
                        HealthMethods.updateWebhook, WebhookPatch(status: .enabled), [id], ifMatch: 2)
                    #expect(on.status == .enabled && on.disabledReason == nil)
                    let all = try await bench.deliveries(of: id)
                    let delivery = try #require(all.first)
                    let replayed = try await bench.run(HealthMethods.replayWebhook, Nothing(), [id, delivery.id])
                    #expect(replayed.state == .pending)
                    try await eventually { try await bench.deliveries(of: id, state: .delivered).count == 1 }
                }
                #expect(Set(receiver.messages.map(\.id)).count == 1)
                #expect(try await bench.told().last?.type == "webhook.replayed")
            }
        }
    }

    @Test func afterTenAttemptsItHasFailedAndAfterFiveDaysTheEndpointIsOff() async throws {
        try await Receiver.with { receiver in
            try await WebhookBench.with { bench in
                let id = try await bench.add(receiver.url()).webhook.id
                func fail(_ sequence: Int64) async throws {
                    for count in 1...RetryRule.attemptsMax {
                        receiver.answers(.init(status: .found, headers: ["Location": receiver.url(path: "/other")]))
                        if count == 1 { try await bench.take([event(sequence)]) }
                        bench.wait(seconds: RetryRule.delays[count - 1])
                        try await eventually { try await bench.deliveries(of: id).first?.attempts.count == count }
                        let isOff = try await bench.run(HealthMethods.webhook, Nothing(), [id]).status == .disabled
                        if isOff { return }
                    }
                }
                try await bench.delivering {
                    try await fail(1)
                    #expect(try await bench.deliveries(of: id, state: .failed).count == 1)
                    #expect(try await bench.run(HealthMethods.webhook, Nothing(), [id]).status == .enabled)
                    bench.hand.advance(bySeconds: 1)
                    try await fail(2)
                }
                let webhook = try await bench.run(HealthMethods.webhook, Nothing(), [id])
                #expect(webhook.status == .disabled && webhook.disabledReason == .failing)
                #expect(webhook.failingSince == start)
                // No redirect was followed.
                #expect(Set(receiver.messages.map(\.id)).count == 2)
                #expect(
                    try await bench.told().last?.changes.contains(FieldChange("reason", before: nil, after: "failing"))
                        == true)
            }
        }
    }

    @Test func whoHasTooMuchToDoIsLeftAlone() async throws {
        try await Receiver.with { receiver in
            try await WebhookBench.with { bench in
                let id = try await bench.add(receiver.url()).webhook.id
                receiver.answers(.init(status: .tooManyRequests, headers: ["Retry-After": "600"]))
                try await bench.take([event(1)])
                try await bench.delivering {
                    try await eventually { try await bench.deliveries(of: id).first?.attempts.count == 1 }
                    try await bench.take([event(2)])
                    let due = try await bench.desk.deliveries.due(
                        at: start.advanced(bySeconds: 599), flying: [], placesMax: 2)
                    #expect(due.jobs == [] && due.next == start.advanced(bySeconds: 600))
                    bench.wait(seconds: 600)
                    try await eventually { try await bench.deliveries(of: id, state: .delivered).count == 2 }
                }
                #expect(receiver.messages.count == 3)
            }
        }
    }

    @Test func slowEndpointHoldsUpNobodyElse() async throws {
        try await Receiver.with { slow in
            try await Receiver.with { quick in
                try await WebhookBench.with { bench in
                    slow.falls(silent: true)
                    let (one, two) = (try await bench.add(slow.url()), try await bench.add(quick.url()))
                    try await bench.take((1...20).map { event($0) })
                    try await bench.delivering {
                        try await eventually {
                            try await bench.deliveries(of: two.webhook.id, state: .delivered).count == 20
                        }
                        try await eventually { slow.messages.count == WebhookDispatcher.placesMax }
                    }
                    #expect(try await bench.deliveries(of: one.webhook.id, state: .pending).count == 20)
                    // What was broken off by the end says nothing about the endpoint.
                    #expect(try await bench.deliveries(of: one.webhook.id).allSatisfy { $0.attempts.isEmpty })
                }
            }
        }
    }

    @Test func silenceIsAFailureWithItsReason() async throws {
        try await Receiver.with { receiver in
            try await WebhookBench.with { bench in
                receiver.falls(silent: true)
                let id = try await bench.add(receiver.url()).webhook.id
                try await bench.take([event(1)])
                try await bench.delivering(timeout: .milliseconds(50)) {
                    try await eventually { try await bench.deliveries(of: id).first?.attempts.count == 1 }
                }
                let attempt = try await bench.deliveries(of: id).first?.attempts.first
                #expect(attempt?.status == nil && attempt?.error?.contains("no whole answer") == true)
            }
        }
    }

    @Test func restartInTheMiddleLosesNothing() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("hooks-\(UUID().text)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let (settings, hand) = (WebhookSettings(box: SecretBox(FileKey()), rule: .any), WallHand())
        try await Receiver.with { receiver in
            receiver.falls(silent: true)
            let first = try WebhookBench(settings, directory: directory, hand: hand)
            let created = try await first.add(receiver.url())
            try await first.take((1...5).map { event($0) })
            try await first.delivering { try await eventually { receiver.messages.count == 2 } }
            try await first.store.close()

            receiver.falls(silent: false)
            let second = try WebhookBench(settings, directory: directory, hand: hand)
            try await second.take((1...6).map { event($0) })
            try await second.delivering {
                try await eventually {
                    try await second.deliveries(of: created.webhook.id, state: .delivered).count == 6
                }
            }
            let secret = try #require(WebhookSecret(text: created.secret))
            #expect(receiver.messages.allSatisfy { $0.isSigned(by: secret) })
            // Two came twice, under the id that they had before.
            #expect(receiver.messages.count == 8)
            #expect(Set(receiver.messages.map(\.id)).count == 6)
            try await second.store.close()
        }
    }
}

/// Where a message may go at all.
struct WebhookSenderTests {
    private func send(_ url: String, _ rule: AddressRule, to addresses: [String]) async throws -> AttemptOutcome {
        let found = try addresses.map { try SocketAddress(ipAddress: $0, port: 0) }
        let sender = WebhookSender(rule: rule, resolver: AddressResolver { _ in found })
        let body = Data("{}".utf8)
        let signature = WebhookSignature(id: "msg_1", timestamp: 1, body: body, secrets: [WebhookSecret()])
        return await sender.send(body, signature, to: url, attempt: 1)
    }

    /// The connection goes to the address that was checked: the name itself leads nowhere.
    @Test func connectionGoesToTheAddressThatWasLookedAt() async throws {
        try await Receiver.with { receiver in
            let url = receiver.url(host: "hooks.example.invalid")
            let outcome = try await send(url, .any, to: ["127.0.0.1"])
            #expect(outcome.isSuccess)
            #expect(receiver.messages.first?.host.hasPrefix("hooks.example.invalid:") == true)
        }
    }

    @Test(arguments: [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:10.0.0.1"], ["169.254.169.254"], []])
    func nameThatLeadsIntoAPrivateNetworkIsNotFollowed(addresses: [String]) async throws {
        let outcome = try await send("https://hooks.example/in", .publicOnly, to: addresses)
        guard case .unanswered(let words) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(words.contains("public") || words.contains("no address"))
        #expect(addresses.allSatisfy { !words.contains($0) })
    }

    /// Stored while private networks were allowed, and refused since.
    @Test(arguments: ["http://127.0.0.1:1/in", "https://127.0.0.1:1/in", "https://[::1]:1/in"])
    func storedAddressIsCheckedAgain(url: String) async throws {
        let outcome = try await send(url, .publicOnly, to: [])
        guard case .unanswered(let words) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(words.hasPrefix("the URL must"))
    }

    @Test func machineFindsItsOwnAddress() async throws {
        let found = try await AddressResolver.system.addresses("127.0.0.1")
        #expect(found.map(\.ipAddress) == ["127.0.0.1"])
        await #expect(throws: AddressResolver.Failure.self) {
            try await AddressResolver.system.addresses("no such host")
        }
    }
}

struct WebhookLogTests {
    @Test func pagesFollowEachOtherToTheEnd() async throws {
        try await WebhookBench.with { bench in
            let id = try await bench.add().webhook.id
            for sequence in 1...7 as ClosedRange<Int64> {
                try await bench.take([event(sequence)])
                if sequence.isMultiple(of: 2) { bench.hand.advance(bySeconds: 1) }
            }
            var (seen, cursor, pages): ([UUID], String?, Int) = ([], nil, 0)
            repeat {
                let page = try await bench.run(
                    HealthMethods.webhookDeliveries, WebhookDeliveryQuery(limit: 3, cursor: cursor), [id])
                seen += page.items.map(\.id)
                cursor = page.nextCursor
                pages += 1
            } while cursor != nil && pages < 10
            #expect(pages == 3)
            #expect(Set(seen).count == 7 && seen.count == 7)
            for (query, code) in [
                (WebhookDeliveryQuery(limit: 101), "query_invalid"),
                (WebhookDeliveryQuery(cursor: "x"), "cursor_invalid"),
            ] {
                let fault = await #expect(throws: RPCFault.self) {
                    try await bench.run(HealthMethods.webhookDeliveries, query, [id])
                }
                #expect(fault?.code == code)
            }
        }
    }

    @Test func deliveryOfAnotherEndpointIsNone() async throws {
        try await WebhookBench.with { bench in
            let (one, two) = (try await bench.add().webhook.id, try await bench.add().webhook.id)
            let delivery = try await bench.run(HealthMethods.testWebhook, Nothing(), [one])
            #expect(delivery.type == "webhook.test" && delivery.state == .pending)
            let fault = await #expect(throws: RPCFault.self) {
                try await bench.run(HealthMethods.replayWebhook, Nothing(), [two, delivery.id])
            }
            #expect(fault?.status == .notFound)
        }
    }

    @Test func allThatFailedSinceATimeIsSentAgain() async throws {
        try await WebhookBench.with { bench in
            let id = try await bench.add().webhook.id
            for sequence in 1...4 as ClosedRange<Int64> {
                try await bench.take([event(sequence)])
                bench.hand.advance(bySeconds: 10)
            }
            try await bench.store.write { db in
                try db.execute(
                    sql:
                        "UPDATE webhook_delivery SET state = 'failed', tries = 10, next_ms = NULL, finished_ms = created_ms"
                )
            }
            let replay = WebhookReplay(since: start.advanced(bySeconds: 10))
            let replayed = try await bench.run(HealthMethods.replayFailedWebhooks, replay, [id])
            #expect(replayed.count == 3 && !replayed.hasMore)
            #expect(try await bench.deliveries(of: id, state: .pending).count == 3)
            #expect(try await bench.told().last?.changes.last == FieldChange("deliveries", before: nil, after: "3"))
            let again = try await bench.run(HealthMethods.replayFailedWebhooks, replay, [id])
            #expect(again.count == 0)
        }
    }

    @Test func oldDeliveriesAndThoseOfRemovedEndpointsAreSweptAway() async throws {
        try await WebhookBench.with { bench in
            let (one, two) = (try await bench.add().webhook.id, try await bench.add().webhook.id)
            try await bench.take([event(1)])
            bench.hand.advance(bySeconds: WebhookSweepStore.retentionSeconds)
            try await bench.take([event(2)])
            let sweeper = WebhookSweepStore(store: bench.store)
            try await sweeper.sweep(at: bench.hand.now)
            #expect(try await bench.deliveries(of: one).count == 2)
            try await sweeper.sweep(at: bench.hand.now.advanced(bySeconds: 1))
            #expect(try await bench.deliveries(of: one).count == 1)
            _ = try await bench.run(HealthMethods.removeWebhook, Nothing(), [two], ifMatch: 1)
            try await sweeper.sweep(at: bench.hand.now)
            let counts = try await bench.store.read { db in
                try ["webhook_endpoint", "webhook_delivery", "webhook_message"].map {
                    try Int.fetchOne(db, sql: "SELECT count(*) FROM \($0)") ?? 0
                }
            }
            #expect(counts == [1, 1, 1])
        }
    }

    @Test func everyQuestionHasItsIndex() async throws {
        try await WebhookBench.with { bench in
            let plans = try await bench.store.read { db in
                try [
                    "SELECT id FROM webhook_delivery WHERE endpoint_id = x'' AND state = 'pending' ORDER BY next_ms, id LIMIT 4",
                    "SELECT id FROM webhook_delivery WHERE endpoint_id = x'' AND (created_ms, id) < (1, x'') "
                        + "ORDER BY created_ms DESC, id DESC LIMIT 4",
                    "SELECT id FROM webhook_delivery WHERE endpoint_id = x'' AND state = 'failed' AND created_ms >= 1 "
                        + "ORDER BY created_ms, id LIMIT 4",
                    "SELECT id FROM webhook_delivery WHERE created_ms < 1 ORDER BY created_ms LIMIT 4",
                    "SELECT 1 FROM webhook_delivery INDEXED BY webhook_delivery_overflow "
                        + "WHERE endpoint_id = x'' AND state = 'failed' AND attempts = 0 LIMIT 4",
                ].map { try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + $0).map { $0["detail"] as String } }
            }
            for plan in plans {
                #expect(plan.count == 1 && plan.first?.contains("SEARCH") == true, "\(plan)")
            }
        }
    }
}
