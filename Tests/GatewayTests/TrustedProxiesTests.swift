import ServiceKit
import Testing

@testable import gateway

/// Who the client is, whatever it says itself.
struct TrustedProxiesTests {
    private func proxies(_ networks: String...) throws -> TrustedProxies { try TrustedProxies(networks) }

    @Test func fieldOfAnUntrustedPeerIsIgnored() throws {
        let none = try TrustedProxies([String]())
        #expect(none.client(peer: "203.0.113.9", forwardedFor: ["198.51.100.1"]) == "203.0.113.9")
        let some = try proxies("10.0.0.0/8")
        #expect(some.client(peer: "203.0.113.9", forwardedFor: ["198.51.100.1, 10.0.0.1"]) == "203.0.113.9")
    }

    @Test(arguments: [
        (["198.51.100.1"], "198.51.100.1"), (["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
        (["6.6.6.6", "198.51.100.1"], "198.51.100.1"), (["6.6.6.6, 198.51.100.1, 10.1.1.1"], "198.51.100.1"),
        (["198.51.100.1", "10.1.1.1,10.2.2.2"], "198.51.100.1"), (["10.1.1.1, 10.2.2.2"], "10.1.1.1"), ([], "10.9.9.9"),
        (["198.51.100.1:4711"], "198.51.100.1"), (["[2001:DB8::1]:443"], "2001:db8::1"),
        (["[2001:db8::1]"], "2001:db8::1"),
        (["2001:db8:0:0::1"], "2001:db8::1"), (["::ffff:198.51.100.1"], "198.51.100.1"),
        (["198.51.100.1, ::ffff:10.1.1.1"], "198.51.100.1"), (["\t198.51.100.1 \t"], "198.51.100.1"),
    ])
    func rightMostUntrustedIsTheClient(_ fields: [String], _ client: String) throws {
        #expect(try proxies("10.0.0.0/8").client(peer: "10.9.9.9", forwardedFor: fields) == client)
    }

    @Test(arguments: [
        "unknown", "_hidden", "", " ", "198.51.100", "198.51.100.1.1", "198.51.100.01", "0x1.2.3.4", "3325256705",
        "198.51.100.1:", "198.51.100.1:x", "198.51.100.1:65536", "198.51.100.1:-1", "[198.51.100.1]", "[2001:db8::1",
        "[2001:db8::1]443", "2001:db8::1]", "fe80::1%eth0", "198.51.100.1\u{0}", "198.51.100.1 10.0.0.1",
        "\"198.51.100.1\"",
        "for=198.51.100.1", "\u{301}198.51.100.1", "198.51.100.1:\u{301}80", "[\u{301}2001:db8::1]", ":80", "[]:80",
    ])
    func whatIsNoAddressEndsTheWalk(_ entry: String) throws {
        let proxies = try proxies("10.0.0.0/8")
        #expect(proxies.client(peer: "10.9.9.9", forwardedFor: ["6.6.6.6, \(entry)"]) == "10.9.9.9")
        #expect(proxies.client(peer: "10.9.9.9", forwardedFor: ["6.6.6.6, \(entry), 10.1.1.1"]) == "10.1.1.1")
        #expect(proxies.client(peer: "10.9.9.9", forwardedFor: ["6.6.6.6,\(entry),10.1.1.1"]) == "10.1.1.1")
    }

    @Test func noMoreThanTheLimitIsLookedAt() throws {
        let chain = Array(repeating: "10.1.1.1", count: TrustedProxies.hopsMax - 1)
        let proxies = try proxies("10.0.0.0/8")
        #expect(proxies.client(peer: "10.9.9.9", forwardedFor: ["6.6.6.6"] + chain) == "6.6.6.6")
        #expect(proxies.client(peer: "10.9.9.9", forwardedFor: ["6.6.6.6", "10.1.1.1"] + chain) == "10.1.1.1")
        #expect(
            proxies.client(peer: "10.9.9.9", forwardedFor: [(["6.6.6.6", "10.1.1.1"] + chain).joined(separator: ",")])
                == "10.1.1.1")
    }

    @Test func peerWithoutAnAddressIsItself() throws {
        #expect(try proxies("0.0.0.0/0", "::/0").client(peer: "", forwardedFor: ["6.6.6.6"]) == "")
    }

    /// Whatever a client puts in front, and however the list is cut into fields, it changes nothing.
    @Test func nothingLeftOfAnUntrustedAddressIsEverTheClient() throws {
        let proxies = try proxies("10.0.0.0/8", "fd00::/8", "192.0.2.7")
        let trusted = ["10.0.0.1", "10.255.0.3:80", "fd00::1", "[fd12::2]:443", "192.0.2.7", "::ffff:10.3.2.1"]
        let forged = trusted + ["6.6.6.6", "unknown", "", "2001:db8::bad", "127.0.0.1", "junk", "[", "::"]
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let lies = (0..<Int.random(in: 0...6, using: &random)).compactMap { _ in
                forged.randomElement(using: &random)
            }
            let hops = (0..<Int.random(in: 0...6, using: &random)).compactMap { _ in
                trusted.randomElement(using: &random)
            }
            var fields: [String] = []
            for entry in lies + ["198.51.100.77"] + hops {
                if let last = fields.last, Bool.random(using: &random) {
                    fields[fields.count - 1] =
                        last + [",", ", ", " ,\t"][Int.random(in: 0..<3, using: &random)] + entry
                } else {
                    fields.append(entry)
                }
            }
            #expect(proxies.client(peer: "10.9.9.9", forwardedFor: fields) == "198.51.100.77", "\(fields)")
        }
    }

    @Test func tlsEndsWhereATrustedProxySays() throws {
        let proxies = try proxies("10.0.0.0/8")
        #expect(proxies.isSecure(peer: "10.0.0.1", isTLS: false, forwardedProto: ["https"]))
        #expect(proxies.isSecure(peer: "10.0.0.1", isTLS: false, forwardedProto: ["http", "http, https"]))
        #expect(!proxies.isSecure(peer: "10.0.0.1", isTLS: true, forwardedProto: ["https", "http"]))
        #expect(!proxies.isSecure(peer: "10.0.0.1", isTLS: false, forwardedProto: ["https, http"]))
        #expect(!proxies.isSecure(peer: "203.0.113.9", isTLS: false, forwardedProto: ["https"]))
        #expect(proxies.isSecure(peer: "203.0.113.9", isTLS: true, forwardedProto: ["http"]))
        #expect(proxies.isSecure(peer: "10.0.0.1", isTLS: true, forwardedProto: []))
        #expect(!proxies.isSecure(peer: "10.0.0.1", isTLS: false, forwardedProto: []))
        for value in ["HTTPS", "https;", "wss", "", "https,", "\"https\""] {
            #expect(!proxies.isSecure(peer: "10.0.0.1", isTLS: false, forwardedProto: [value]), "\(value)")
        }
    }

    @Test func settingIsAListWithCommas() throws {
        var reader = SettingsReader(environment: ["IBP_TRUSTED_PROXIES": "10.0.0.0/8, fd00::/8"])
        let proxies = try TrustedProxies(&reader)
        #expect(proxies.client(peer: "fd00::1", forwardedFor: ["6.6.6.6"]) == "6.6.6.6")
        var empty = SettingsReader(environment: [:])
        #expect(try TrustedProxies(&empty).client(peer: "10.0.0.1", forwardedFor: ["6.6.6.6"]) == "10.0.0.1")
    }

    @Test(arguments: ["10.0.0.0/8,", ",", "10.0.0.1/8", "proxy.example"])
    func wrongSettingNamesTheVariable(_ value: String) {
        var reader = SettingsReader(environment: ["IBP_TRUSTED_PROXIES": value])
        let error = #expect(throws: SettingsError.self) { try TrustedProxies(&reader) }
        #expect(error?.description.hasPrefix("IBP_TRUSTED_PROXIES: ") == true)
    }

    @Test func tooManyNetworksStopTheStart() {
        let networks = (0...TrustedProxies.networksMax).map { "10.0.\($0 / 256).\($0 % 256)" }
        #expect(throws: SettingsError.self) { try TrustedProxies(networks) }
    }
}

/// Networks and the addresses in them.
struct CIDRTests {
    private func holds(_ network: String, _ address: String) throws -> Bool {
        try CIDR(network).contains(try #require(IPAddress(address)))
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.255.255"), ("10.0.0.0/8", "::ffff:10.0.0.1"), ("::ffff:10.0.0.0/104", "10.0.0.1"),
        ("0.0.0.0/0", "255.255.255.255"), ("192.0.2.1", "192.0.2.1"), ("192.0.2.1/32", "::ffff:c000:201"),
        ("192.0.2.128/25", "192.0.2.129"), ("::/0", "2001:db8::1"), ("2001:db8::/32", "2001:db8:ffff::"),
        ("2001:db8::/65", "2001:db8::7fff:ffff:ffff:ffff"), ("2001:db8:0:1::/64", "2001:db8:0:1::"), ("::1", "::1"),
        ("::1/128", "0:0:0:0:0:0:0:1"),
    ])
    func addressesWithin(_ network: String, _ address: String) throws { #expect(try holds(network, address)) }

    @Test(arguments: [
        ("10.0.0.0/8", "11.0.0.0"), ("192.0.2.128/25", "192.0.2.127"), ("192.0.2.1", "192.0.2.2"), ("::/0", "10.0.0.1"),
        ("0.0.0.0/0", "::1"), ("0.0.0.0/0", "::10.0.0.1"), ("2001:db8::/65", "2001:db8::8000:0:0:0"),
        ("2001:db8:0:1::/64", "2001:db8:0:2::"), ("::1", "::2"),
    ])
    func addressesOutside(_ network: String, _ address: String) throws { #expect(try !holds(network, address)) }

    @Test(arguments: [
        "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08", "10.0.0.0/8/8", "10.0.0.0/8 ",
        "10.0.0/8", "10.0.0.1/8", "0.0.0.1/0", "2001:db8::1/64", "2001:db8::/129", "2001:db8::/28",
        "::ffff:10.0.0.1/104",
        "[::1]/128", "localhost", "*", "10.0.0.0/255.0.0.0", "fe80::%eth0/10",
    ])
    func otherNetworksAreRefused(_ text: String) { #expect(throws: SettingsError.self) { try CIDR(text) } }

    /// Compared with the definition: the first bits are the same.
    @Test func prefixDecides() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let (network, address) = (
                UInt32.random(in: 0 ... .max, using: &random), UInt32.random(in: 0 ... .max, using: &random)
            )
            let bits = Int.random(in: 0...32, using: &random)
            let mask = UInt32.max << (32 - bits)
            // Half of them near enough to be inside.
            let near = Bool.random(using: &random) ? network & mask | address & ~mask : address
            let expected = near & mask == network & mask
            #expect(try holds("\(Self.dotted(network & mask))/\(bits)", Self.dotted(near)) == expected)
        }
    }

    private static func dotted(_ address: UInt32) -> String {
        [24, 16, 8, 0].map { "\(address >> $0 & 255)" }.joined(separator: ".")
    }

    /// No budget is escaped by writing an address in another way.
    @Test(arguments: [
        ["192.0.2.1", "::ffff:192.0.2.1", "::FFFF:C000:0201", "0:0:0:0:0:ffff:c000:201"],
        ["2001:db8::1", "2001:DB8::1", "2001:0db8:0:0:0:0:0:1", "2001:db8::0:0:1"], ["::1", "0::1", "::0001"],
        ["::", "0:0:0:0:0:0:0:0"],
    ])
    func spellingsAreOneAddress(_ spellings: [String]) {
        let addresses = Set(spellings.map { IPAddress($0) })
        #expect(addresses.count == 1)
        #expect(addresses.first??.text == spellings.first)
    }

    @Test func textLeadsBackToTheAddress() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let address = IPAddress(
                high: Bool.random(using: &random) ? 0 : .random(in: 0 ... .max, using: &random),
                low: .random(in: 0 ... .max, using: &random) >> Int.random(in: 0...63, using: &random))
            #expect(IPAddress(address.text) == address)
        }
    }
}
