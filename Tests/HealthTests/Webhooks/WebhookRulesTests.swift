import Contracts
import Foundation
import NIOCore
import RPC
import Testing

@testable import health

struct WebhookSignatureTests {
    /// The published one of the specification's libraries.
    @Test func vectorOfTheSpecificationHolds() throws {
        let secret = try #require(WebhookSecret(text: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let signature = WebhookSignature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330, body: Data(#"{"test": 2432232314}"#.utf8),
            secrets: [secret])
        #expect(signature.signatures == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
        #expect(signature.headers.map(\.name) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
        #expect(signature.headers.map(\.value).prefix(2) == ["msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330"])
    }

    @Test func eachSecretSigns() {
        let (new, old) = (WebhookSecret(), WebhookSecret())
        func signatures(_ secrets: [WebhookSecret]) -> String {
            WebhookSignature(id: "msg_1", timestamp: 5, body: Data("{}".utf8), secrets: secrets).signatures
        }
        #expect(signatures([new, old]) == "\(signatures([new])) \(signatures([old]))")
        #expect(signatures([new]) != signatures([old]))
    }

    @Test func secretsAreThirtyTwoRandomBytesWithThePrefixOfTheSpecification() throws {
        let secrets = (0..<100).map { _ in WebhookSecret() }
        #expect(Set(secrets).count == 100)
        for secret in secrets {
            #expect(secret.bytes.count == 32)
            #expect(WebhookSecret(text: secret.text) == secret)
        }
        for bad in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_*"] {
            #expect(WebhookSecret(text: bad) == nil, "\(bad)")
        }
    }

    @Test func idIsOneForEachEventAndEndpoint() {
        let (event, one, two) = (UUID(), UUID(), UUID())
        #expect(WebhookMessage.id(event: event, endpoint: one) == WebhookMessage.id(event: event, endpoint: one))
        #expect(WebhookMessage.id(event: event, endpoint: one) != WebhookMessage.id(event: event, endpoint: two))
        #expect(!WebhookMessage.id(event: event, endpoint: one).contains("."))
    }
}

struct AddressRuleTests {
    static let closed = [
        "0.0.0.0", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.255", "127.0.0.1",
        "127.255.255.254", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1",
        "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1",
        "239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16", "::", "::1", "::127.0.0.1",
        "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b:1::8.8.8.8",
        "100::1", "fc00::1", "fd00:ec2::254", "fe80::1", "febf::1", "fec0::1", "ff02::1", "2001::1", "2001:1ff::1",
        "2001:db8::1", "2002:7f00:1::1", "3fff::1", "4000::1",
    ]
    static let reachable = [
        "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "126.255.255.255",
        "128.0.0.1", "169.253.255.255", "169.255.0.1", "172.15.255.255", "172.32.0.1", "192.167.255.255", "192.169.0.1",
        "198.17.255.255", "198.20.0.1", "223.255.255.255", "2606:4700::1111", "2a00:1450:4001::1", "2001:4860::8888",
        "64:ff9b::8.8.8.8",
    ]

    @Test(arguments: closed) func notPublic(text: String) throws {
        let address = try SocketAddress(ipAddress: text, port: 443)
        #expect(!AddressRule.publicOnly.allows(address))
        #expect(AddressRule.any.allows(address))
    }

    @Test(arguments: reachable) func isPublic(text: String) throws {
        #expect(AddressRule.publicOnly.allows(try SocketAddress(ipAddress: text, port: 443)))
    }
}

struct WebhookURLTests {
    @Test(arguments: [
        "", "https://", "http://hooks.example/", "ftp://hooks.example/", "https:///in", "hooks.example/in",
        "https://user@hooks.example/", "https://user:word@hooks.example/", "https://hooks.example/#part",
        "https://hooks.example:0/", "https://hooks.example:65536/", "https://-a.example/", "https://a..example/",
        "https://a.example./", "https://h%6Foks.example/", "https://hö.example/", "https://hooks.example/ in",
        "https://127.0.0.1/", "https://[::1]/", "https://[::ffff:8.8.8.8]/", "https://169.254.169.254/latest",
        "https://[fe80::1%25eth0]/",
    ])
    func refused(text: String) {
        #expect(throws: RefusedURL.self) { try WebhookURL(text, .publicOnly) }
    }

    @Test(arguments: [
        ("https://Hooks.Example/In?x=1", "hooks.example", "https://hooks.example/In?x=1"),
        ("https://hooks.example:8443/in", "hooks.example", "https://hooks.example:8443/in"),
        ("HTTPS://8.8.8.8/in", "8.8.8.8", "https://8.8.8.8/in"),
        ("https://[2606:4700::1111]/in", "2606:4700::1111", "https://[2606:4700::1111]/in"),
    ])
    func taken(text: String, host: String, whole: String) throws {
        let url = try WebhookURL(text, .publicOnly)
        #expect(url.host == host)
        #expect(url.text == whole)
    }

    @Test func ownNetworkIsTakenWhereTheOperatorSaysSo() throws {
        #expect(try WebhookURL("http://10.0.0.1:9000/in", .any).host == "10.0.0.1")
        #expect(throws: RefusedURL.self) { try WebhookURL("ftp://10.0.0.1/in", .any) }
    }
}

struct EventFilterTests {
    @Test func exactTypesAndBeginningsMatch() throws {
        let filter = try #require(EventFilter(["deal.", "user.created", "custom_field.created"]))
        for type in ["deal.created", "deal.stage.changed", "user.created", "custom_field.created"] {
            #expect(filter.matches(type), "\(type)")
        }
        for type in ["dealer.created", "user.updated", "user.created.twice", "session.started"] {
            #expect(!filter.matches(type), "\(type)")
        }
        #expect(EventFilter(text: filter.text) == filter)
    }

    @Test(arguments: [[], [""], ["."], ["Deal."], ["deal..x"], [".deal"], ["deal created"], ["a", "a"], ["*"]])
    func refused(patterns: [String]) { #expect(EventFilter(patterns) == nil) }
}

struct RetryRuleTests {
    private func verdict(
        _ status: Int?, attempt: Int = 1, retryAfter: Int64? = nil, stretch: Double = 1
    ) -> RetryRule.Verdict {
        let outcome = status.map {
            AttemptOutcome.answered(status: $0, retryAfter: retryAfter.map(start.advanced(bySeconds:)), response: nil)
        }
        return RetryRule.verdict(outcome ?? .unanswered("x"), attempt: attempt, now: start, stretch: stretch)
    }

    private func after(_ seconds: Int64) -> Instant { start.advanced(bySeconds: seconds) }

    @Test func scheduleIsTheSpecifications() {
        let delays = (1...9).map { attempt -> Int64 in
            guard case .retry(let next, nil) = verdict(500, attempt: attempt) else { return -1 }
            return next.seconds(since: start)
        }
        #expect(delays == [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400])
        #expect(RetryRule.delays.first == 0)
        #expect(verdict(500, attempt: 10) == .failed(rest: nil))
    }

    @Test func onlyTwoHundredsAreSuccess() {
        for status in [200, 201, 204, 299] { #expect(verdict(status) == .delivered) }
        for status in [nil, 199, 300, 301, 302, 307, 400, 404, 500] {
            #expect(verdict(status) == .retry(at: after(5), rest: nil), "\(status ?? 0)")
        }
    }

    @Test func goneIsGoneAtTheFirstAttempt() { #expect(verdict(410) == .gone) }

    @Test func whoHasTooMuchToDoRestsAsLongAsHeSaysButNotForEver() {
        for status in [429, 502, 503, 504] {
            #expect(verdict(status) == .retry(at: after(30), rest: after(30)), "\(status)")
            #expect(verdict(status, retryAfter: 90) == .retry(at: after(90), rest: after(90)), "\(status)")
            #expect(verdict(status, retryAfter: 2) == .retry(at: after(5), rest: after(2)), "\(status)")
            let longest = after(86_400)
            #expect(verdict(status, retryAfter: 999_999) == .retry(at: longest, rest: longest), "\(status)")
            #expect(verdict(status, retryAfter: -5) == .retry(at: after(5), rest: start), "\(status)")
        }
        #expect(verdict(500, retryAfter: 90) == .retry(at: after(5), rest: nil))
    }

    @Test func delaysAreStretched() {
        #expect(verdict(500, attempt: 2, stretch: 1.1) == .retry(at: after(330), rest: nil))
        #expect(verdict(500, attempt: 2, stretch: 0.9) == .retry(at: after(270), rest: nil))
    }

    @Test func fiveDaysOfFailuresAreEnough() {
        #expect(!RetryRule.isFailing(since: start, now: after(5 * 86_400 - 1)))
        #expect(RetryRule.isFailing(since: start, now: after(5 * 86_400)))
    }

    private static let waits: [(String, Int64?)] = [
        ("120", 120), ("0", 0), (" 7 ", 7), ("-1", nil), ("", nil), ("soon", nil), ("1.5", nil), ("9999999999", nil),
    ]

    @Test(arguments: waits)
    func retryAfterInSeconds(text: String, seconds: Int64?) {
        #expect(RetryAfter.instant(text, now: start) == seconds.map(after))
    }

    @Test func retryAfterAsADate() {
        let date = RetryAfter.instant("Mon, 21 Sep 2026 13:33:20 GMT", now: start)
        #expect(date?.text == "2026-09-21T13:33:20.000Z")
    }
}

struct WebhookMessageTests {
    private struct Body: Codable {
        let type: String
        let timestamp: String
        let data: [String: JSONText]
    }

    private enum JSONText: Codable {
        case text(String)
        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            self = .text((try? container.decode(String.self)) ?? "other")
        }
        func encode(to encoder: any Encoder) throws {}
    }

    private func keys(_ message: WebhookMessage) throws -> Set<String> {
        Set(try JSONDecoder().decode(Body.self, from: message.body).data.keys)
    }

    @Test(arguments: ["deal", "organization", "import", "export", "rates"])
    func ofDealsOnlyIdsGoOut(kind: String) throws {
        let change = FieldChange("codeName", before: "Falcon", after: "Kestrel")
        let message = try WebhookMessage(event(1, "deal.updated", kind: kind, changes: [change]).event)
        #expect(try keys(message) == ["eventId", "subject", "version"])
        let text = String(decoding: message.body, as: UTF8.self)
        for word in ["Falcon", "Kestrel", "codeName", "D-2026", "203.0.113.7"] {
            #expect(!text.contains(word), "\(word)")
        }
    }

    @Test func ofPeopleChangesGoOutButNoAddress() throws {
        let message = try WebhookMessage(event(1).event)
        #expect(try keys(message) == ["eventId", "subject", "version", "actor", "changes"])
        let text = String(decoding: message.body, as: UTF8.self)
        #expect(text.contains("banker") && !text.contains("203.0.113.7"))
        #expect(try JSONDecoder().decode(Body.self, from: message.body).type == "user.created")
    }

    @Test func whatIsTooLongGoesWithoutItsChanges() throws {
        let change = FieldChange("name", before: nil, after: String(repeating: "é", count: 11_000))
        let message = try WebhookMessage(event(1, changes: [change]).event)
        #expect(message.body.count < WebhookMessage.bytesMax)
        #expect(try keys(message).contains("changesOmitted"))
    }

    @Test func snippetIsOneShortLine() {
        #expect(ResponseSnippet.text(Array("  no\r\nsuch\u{0}hook ".utf8)) == "no  such hook")
        #expect(ResponseSnippet.text([UInt8]()) == nil)
        #expect(ResponseSnippet.text([UInt8](repeating: 0x61, count: 5000))?.count == 256)
        #expect(ResponseSnippet.text([0xFF, 0xFE] as [UInt8]) == "\u{FFFD}\u{FFFD}")
    }
}
