import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import health

struct WebhookHandlersTests {
    @Test func secretIsShownOnceAndLiesSealed() async throws {
        try await WebhookBench.with { bench in
            let created = try await bench.add()
            let secret = try #require(WebhookSecret(text: created.secret))
            let read = try await bench.run(HealthMethods.webhook, Nothing(), [created.webhook.id])
            #expect(read == created.webhook)
            #expect(read.version == 1 && read.status == .enabled)
            let stored = try await bench.store.read {
                try Data.fetchOne($0, sql: "SELECT secret FROM webhook_endpoint")
            }
            #expect(stored?.count == 32 + 37)
            #expect(stored?.range(of: secret.bytes) == nil)
        }
    }

    @Test func everyWrongFieldIsNamedAtOnce() async throws {
        try await WebhookBench.with(rule: .publicOnly) { bench in
            let bad = NewWebhook(url: "https://10.0.0.1/in", description: "a\nb", events: ["Deal"])
            let fault = await #expect(throws: RPCFault.self) { try await bench.run(HealthMethods.addWebhook, bad) }
            #expect(fault?.code == "validation_failed")
            #expect(fault?.errors.map(\.field) == ["url", "events", "description"])
            #expect(fault?.errors.first?.code == "not_public")
        }
    }

    @Test(arguments: [Role.banker, .compliance, .management, .observer, nil])
    func onlyAdministratorsHaveToDoWithThem(role: Role?) async throws {
        try await WebhookBench.with { bench in
            let id = try await bench.add().webhook.id
            func refused<I, O>(_ method: RPCMethod<I, O>, _ input: I, _ ids: [UUID] = []) async {
                await #expect(throws: RPCFault.self, "\(method.entry.name)") {
                    try await bench.run(method, input, ids, ifMatch: 1, as: role)
                }
            }
            await refused(HealthMethods.webhooks, Nothing())
            await refused(HealthMethods.addWebhook, NewWebhook(url: "https://a.example/", events: ["user."]))
            await refused(HealthMethods.webhook, Nothing(), [id])
            await refused(HealthMethods.updateWebhook, WebhookPatch(description: "x"), [id])
            await refused(HealthMethods.removeWebhook, Nothing(), [id])
            await refused(HealthMethods.rotateWebhookSecret, Nothing(), [id])
            await refused(HealthMethods.testWebhook, Nothing(), [id])
            await refused(HealthMethods.webhookDeliveries, WebhookDeliveryQuery(), [id])
            await refused(HealthMethods.replayWebhook, Nothing(), [id, UUID()])
            await refused(HealthMethods.replayFailedWebhooks, WebhookReplay(since: start), [id])
            #expect(try await bench.told().map(\.type) == ["webhook.created"])
        }
    }

    @Test func changesWantTheVersionThatWasRead() async throws {
        try await WebhookBench.with { bench in
            let id = try await bench.add().webhook.id
            let patch = WebhookPatch(description: "Staff", events: ["deal.", "user."])
            for (version, code) in [(nil, "version_required"), (7, "version_mismatch")] as [(Int64?, String)] {
                let fault = await #expect(throws: RPCFault.self) {
                    try await bench.run(HealthMethods.updateWebhook, patch, [id], ifMatch: version)
                }
                #expect(fault?.code == code)
                #expect((fault?.current != nil) == (version != nil))
            }
            let changed = try await bench.run(HealthMethods.updateWebhook, patch, [id], ifMatch: 1)
            #expect(changed.version == 2 && changed.description == "Staff" && changed.events == ["deal.", "user."])
            let same = try await bench.run(HealthMethods.updateWebhook, WebhookPatch(), [id], ifMatch: 2)
            #expect(same == changed)
            let emptied = try await bench.run(
                HealthMethods.updateWebhook, WebhookPatch(description: ""), [id], ifMatch: 2)
            #expect(emptied.description == nil)
        }
    }

    /// It was taken while the settings allowed it; whoever forbids it since must be able to turn it off.
    @Test func webhookWhoseURLIsNoLongerAllowedCanBeTurnedOff() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("hooks-\(UUID().text)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let box = SecretBox(FileKey())
        let before = try WebhookBench(WebhookSettings(box: box, rule: .any), directory: directory, hand: WallHand())
        let id = try await before.add("http://10.0.0.1/in").webhook.id
        try await before.store.close()

        let after = try WebhookBench(WebhookSettings(box: box), directory: directory, hand: WallHand())
        func refused(_ patch: WebhookPatch, ifMatch version: Int64) async {
            let fault = await #expect(throws: RPCFault.self) {
                try await after.run(HealthMethods.updateWebhook, patch, [id], ifMatch: version)
            }
            #expect(fault?.errors.map(\.field) == ["url"])
        }
        await refused(WebhookPatch(description: "x"), ifMatch: 1)
        await refused(WebhookPatch(url: "http://10.0.0.2/in", status: .disabled), ifMatch: 1)
        let off = try await after.run(HealthMethods.updateWebhook, WebhookPatch(status: .disabled), [id], ifMatch: 1)
        #expect(off.status == .disabled && off.url == "http://10.0.0.1/in")
        await refused(WebhookPatch(status: .enabled), ifMatch: 2)
        try await after.store.close()
    }

    @Test func everyChangeIsToldToTheLogWithoutSecretOrPath() async throws {
        try await WebhookBench.with { bench in
            let created = try await bench.add("https://hooks.example/in/s3cret?token=t0ken")
            let id = created.webhook.id
            let rotated = try await bench.run(HealthMethods.rotateWebhookSecret, Nothing(), [id])
            let off = WebhookPatch(url: "https://hooks.example/other", status: .disabled)
            _ = try await bench.run(HealthMethods.updateWebhook, off, [id], ifMatch: 2)
            _ = try await bench.run(HealthMethods.removeWebhook, Nothing(), [id], ifMatch: 3)
            let told = try await bench.told()
            #expect(
                told.map(\.type) == [
                    "webhook.created", "webhook.secret.rotated", "webhook.updated", "webhook.removed",
                ])
            #expect(told.map(\.version) == [1, 2, 3, 4])
            #expect(told.allSatisfy { $0.subject == EventSubject(kind: "webhook", id: id.text) && $0.topic == "users" })
            #expect(told.allSatisfy { $0.actor.kind == "user" })
            #expect(told[2].changes.map(\.field) == ["status", "reason", "url"])
            let words = try told.map { String(decoding: try StrictJSON.encode($0), as: UTF8.self) }.joined()
            for secret in ["s3cret", "t0ken", created.secret, rotated.secret] {
                #expect(!words.contains(secret), "\(secret)")
            }
            let fault = await #expect(throws: RPCFault.self) {
                try await bench.run(HealthMethods.webhook, Nothing(), [id])
            }
            #expect(fault?.status == .notFound)
        }
    }

    @Test func thereAreFiftyAtMost() async throws {
        try await WebhookBench.with { bench in
            for _ in 1...50 { _ = try await bench.add() }
            let fault = await #expect(throws: RPCFault.self) { try await bench.add() }
            #expect(fault?.code == "too_many_webhooks")
            let all = try await bench.run(HealthMethods.webhooks, Nothing())
            #expect(all.items.count == 50)
            let first = try #require(all.items.first)
            _ = try await bench.run(HealthMethods.removeWebhook, Nothing(), [first.id], ifMatch: 1)
            _ = try await bench.add()
        }
    }

    /// The one key that both services are given does not make health a reader of what auth has sealed.
    @Test func boxIsNotAuths() throws {
        let common = SecretBox(FileKey())
        let sealed = try common.seal(Data("key".utf8), for: "signing_key/1")
        let own = WebhookSettings(box: common).box
        #expect(throws: SecretBox.Failure.damaged) { try own.open(sealed, for: "signing_key/1") }
    }

    @Test func wrongKeyStopsTheStart() async throws {
        try await WebhookBench.with { bench in
            _ = try await bench.add()
            let other = SealedStore.webhooks(WebhookSettings(box: SecretBox(FileKey())).box)
            await #expect(throws: SealingError.self) { try await bench.store.read { try other.check($0) } }
        }
    }

    @Test func newKeySealsAnew() async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("hooks-\(UUID().text)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let (old, new) = (FileKey(), FileKey())
        let before = try WebhookBench(WebhookSettings(box: SecretBox(old)), directory: directory, hand: WallHand())
        let created = try await before.add()
        _ = try await before.run(HealthMethods.rotateWebhookSecret, Nothing(), [created.webhook.id])
        try await before.store.close()

        let changing = WebhookSettings(box: SecretBox(new, previous: old))
        let between = try WebhookBench(changing, directory: directory, hand: WallHand())
        try await SealedStore.webhooks(changing.box).renew(in: between.store, logger: quiet)
        try await between.store.close()

        let after = try WebhookBench(WebhookSettings(box: SecretBox(new)), directory: directory, hand: WallHand())
        _ = try await after.take([event(1)])
        let due = try await after.desk.deliveries.due(at: start, flying: [], placesMax: 2)
        #expect(due.jobs.first?.secrets.count == 2)
        #expect(due.jobs.first?.secrets.last?.text == created.secret)
        try await after.store.close()
    }
}
