import Testing

@testable import gateway

@Suite struct LimitKeyTests {
    @Test func addressesOfOneIPv6NetworkAreOne() {
        #expect(LimitKey(address: "2001:db8:0:1::1") == LimitKey(address: "2001:db8:0:1:ffff::2"))
        #expect(LimitKey(address: "2001:db8:0:1::1") != LimitKey(address: "2001:db8:0:2::1"))
    }

    @Test func anIPv4AddressInIPv6IsTheIPv4Address() {
        #expect(LimitKey(address: "::ffff:192.0.2.1") == LimitKey(address: "192.0.2.1"))
        #expect(LimitKey(address: "192.0.2.1") != LimitKey(address: "192.0.2.2"))
        #expect(LimitKey(address: "0.0.0.1") != LimitKey(address: "::1"))
    }

    @Test(arguments: ["", "1.2.3", "1.2.3.4.5", "256.0.0.1", "1..2.3", "unknown", "1.2.3.4 "])
    func whatIsNoAddressIsAKeyOfItsOwn(_ text: String) {
        #expect(LimitKey(address: text) == LimitKey(address: text))
        #expect(LimitKey(address: text) != LimitKey(address: "1.2.3.4"))
    }

    @Test func anAccountIsOneHoweverItIsWritten() throws {
        let plain = try #require(LimitKey(signIn: Array(#"{"email":"ann@example.com","password":"x"}"#.utf8)))
        #expect(LimitKey(signIn: Array(#"{"password":"y","email":"  ANN@Example.com\n"}"#.utf8)) == plain)
        #expect(LimitKey(signIn: Array(#"{"email":"\u0061nn@example.com"}"#.utf8)) == plain)
        #expect(LimitKey(signIn: Array(#"{"email":"bob@example.com"}"#.utf8)) != plain)
    }

    @Test(arguments: ["", "{}", "[]", "nonsense", #"{"email":7}"#, #"{"email":" "}"#, #"{"token":"t"}"#])
    func aBodyWithoutAnAccountHasNone(_ body: String) { #expect(LimitKey(signIn: Array(body.utf8)) == nil) }

    @Test func aBodyTooLongForASignInIsNotRead() {
        let padding = String(repeating: " ", count: 4096)
        #expect(LimitKey(signIn: Array((#"{"email":"ann@example.com"}"# + padding).utf8)) == nil)
    }
}
