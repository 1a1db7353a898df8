import ServiceKit
import Testing

@testable import gateway

/// Under which names the gateway may be called.
struct PublicHostsTests {
    @Test(arguments: ["anything", "", "203.0.113.1:8080", "not a host"])
    func emptyListAcceptsAll(_ authority: String) throws {
        #expect(try PublicHosts([String]()).accepts(authority, isSecure: false))
    }

    @Test(arguments: [
        ("deals.example", "deals.example", true), ("deals.example", "DEALS.example", true),
        ("Deals.Example", "deals.example:443", true), ("deals.example:443", "deals.example", true),
        ("deals.example:80", "deals.example", false), ("deals.example", "deals.example:80", false),
        ("deals.example:8443", "deals.example:8443", true), ("deals.example:8443", "deals.example:8443", false),
        ("[::1]:8080", "[0:0::1]:8080", false), ("192.0.2.1", "192.0.2.1", true),
    ])
    func listedHostsAreAccepted(_ host: String, _ authority: String, _ isSecure: Bool) throws {
        #expect(try PublicHosts([host]).accepts(authority, isSecure: isSecure))
    }

    @Test(arguments: [
        ("deals.example", "", true), ("deals.example", "other.example", true),
        ("deals.example", "x.deals.example", true),
        ("deals.example", "deals.example.", true), ("deals.example", "deals.example:8443", true),
        ("deals.example", "deals.example:80", true), ("deals.example", "deals.example:443", false),
        ("deals.example:8443", "deals.example", true), ("deals.example:80", "deals.example", true),
        ("deals.example", "deals.example:", true), ("deals.example", "deals.example:443:443", true),
        ("deals.example", "user@deals.example", true), ("[::1]", "[::2]", true), ("[::1]", "::1", true),
    ])
    func othersAreNot(_ host: String, _ authority: String, _ isSecure: Bool) throws {
        #expect(try !PublicHosts([host]).accepts(authority, isSecure: isSecure))
    }

    @Test(arguments: [
        "", "*", "*.example", "https://deals.example", "deals.example/", "deals.example:0", "deals.example:65536",
        "deals.example:https", "deals..example", ".example", "-a.example", "a-.example", "exämple.com", "a b", "[::1",
        "::1",
        "[deals.example]", "[::ffff:192.0.2.1]", "a@b", "a:\u{301}80", "[\u{301}::1]",
    ])
    func whatIsNoHostStopsTheStart(_ host: String) {
        #expect(throws: SettingsError.self) { try PublicHosts(["deals.example", host]) }
    }

    @Test func labelsAndNamesHaveTheirLengths() {
        let label = String(repeating: "a", count: 63)
        #expect(Authority(label) != nil)
        #expect(Authority(label + "a") == nil)
        #expect(Authority([label, label, label, String(repeating: "a", count: 61)].joined(separator: ".")) != nil)
        #expect(Authority([label, label, label, String(repeating: "a", count: 62)].joined(separator: ".")) == nil)
    }

    @Test func settingIsAListWithCommas() throws {
        var reader = SettingsReader(environment: ["IBP_PUBLIC_HOSTS": "deals.example,localhost:8080"])
        let hosts = try PublicHosts(&reader)
        #expect(hosts.accepts("localhost:8080", isSecure: false))
        #expect(!hosts.accepts("localhost", isSecure: false))
        var wrong = SettingsReader(environment: ["IBP_PUBLIC_HOSTS": "*"])
        let error = #expect(throws: SettingsError.self) { try PublicHosts(&wrong) }
        #expect(error?.description.hasPrefix("IBP_PUBLIC_HOSTS: ") == true)
    }

    @Test func tooManyHostsStopTheStart() {
        let hosts = (0...PublicHosts.hostsMax).map { "h\($0).example" }
        #expect(throws: SettingsError.self) { try PublicHosts(hosts) }
    }
}
