import Foundation
import RPC
import Testing

@testable import auth

struct OpenIDFlowTests {
    @Test func flowIsKnownByItsCookieAlone() throws {
        let flow = OpenIDFlow()
        let again = try #require(OpenIDFlow(cookie: flow.cookie))
        #expect([again.state, again.nonce, again.verifier] == [flow.state, flow.nonce, flow.verifier])
        #expect(Set([flow.cookie, flow.state, flow.nonce, flow.verifier, flow.challenge]).count == 5)
        #expect((43...128).contains(flow.verifier.utf8.count))
        for cookie in [nil, "", "x", flow.cookie + "A", String(flow.cookie.dropLast())] {
            #expect(OpenIDFlow(cookie: cookie) == nil)
        }
    }

    @Test func stateIsThatOfTheFlow() {
        let flow = OpenIDFlow()
        #expect(flow.isState(flow.state))
        for state in [nil, "", flow.nonce, OpenIDFlow().state, flow.state + "="] { #expect(!flow.isState(state)) }
    }

    @Test(arguments: [
        "/", "/deals", "/deals/D-2026-0001?tab=team&x=%2F#top", "/" + String(repeating: "a", count: 1023),
    ])
    func pathsOfThisSiteAreReturnedTo(_ path: String) throws { #expect(try ReturnPath(path).text == path) }

    @Test(arguments: [
        "", "deals", "//evil.test", "///evil.test", "/\\evil.test", "\\evil.test", "https://evil.test", "/\t/evil.test",
        "/\n/evil.test", "/a b", "/é", "javascript:alert(1)", "/" + String(repeating: "a", count: 1024), " /",
    ])
    func nothingElseIs(_ path: String) {
        let fault = #expect(throws: RPCFault.self) { try ReturnPath(path) }
        #expect(fault?.errors.map(\.field) == ["returnTo"])
    }

    @Test func startPageIsReturnedToByDefault() throws { #expect(try ReturnPath(nil).text == "/") }

    @Test func clientProvesItselfInEncodedHalves() {
        #expect(
            TokenExchange.basic("a:b", "c d+é") == "Basic " + Data("a%3Ab:c%20d%2B%C3%A9".utf8).base64EncodedString())
    }
}
