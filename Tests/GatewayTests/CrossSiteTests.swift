import HTTPServer
import NIOHTTP1
import Testing

@testable import gateway

private func isRefused(
    _ method: String, _ headers: [(String, String)], host: String = "deals.bank.example", isSecure: Bool = true
) -> Bool {
    let head = HTTPHead(
        method: method, target: "/api/deals", path: "/api/deals", pathSegments: ["api", "deals"],
        headers: HTTPHeaders(headers), host: host, remoteAddress: "192.0.2.1", isSecure: isSecure)
    do {
        try CrossSite.check(head)
        return false
    } catch {
        #expect(error.status == .forbidden)
        return true
    }
}

private let json = ("Content-Type", "application/json; charset=utf-8")

@Test func pageOfOursMayWrite() {
    #expect(!isRefused("POST", [("Sec-Fetch-Site", "same-origin"), json]))
    #expect(!isRefused("POST", [("Origin", "https://deals.bank.example"), json]))
    #expect(!isRefused("DELETE", [("Sec-Fetch-Site", "same-origin"), ("X-IBP-CSRF", "1")]))
    #expect(!isRefused("PATCH", [("Sec-Fetch-Site", "same-origin"), ("Content-Type", "application/merge-patch+json")]))
    #expect(!isRefused("POST", [("Origin", "http://localhost:8080"), json], host: "localhost:8080", isSecure: false))
}

@Test(arguments: ["cross-site", "same-site", "none", "same-origin, cross-site", "SAME-ORIGIN", ""])
func pageOfOthersMayNot(site: String) {
    #expect(isRefused("POST", [("Sec-Fetch-Site", site), ("Origin", "https://deals.bank.example"), json]))
}

@Test(arguments: [
    "https://evil.example", "https://deals.bank.example.evil.example", "http://deals.bank.example", "null",
    "https://deals.bank.example:8443", "https://deals.bank.example/", "",
])
func originMustBeExactlyOurs(origin: String) { #expect(isRefused("POST", [("Origin", origin), json])) }

@Test func cookieAloneProvesNothing() {
    #expect(isRefused("POST", [json]))
    #expect(isRefused("POST", [("Sec-Fetch-Site", "same-origin")]))
    #expect(isRefused("POST", [("Sec-Fetch-Site", "same-origin"), ("Content-Type", "text/plain")]))
    #expect(
        isRefused("POST", [("Sec-Fetch-Site", "same-origin"), ("Content-Type", "application/x-www-form-urlencoded")]))
    #expect(isRefused("POST", [("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "same-origin"), json]))
    #expect(
        isRefused(
            "POST", [("Origin", "https://deals.bank.example"), ("Origin", "https://deals.bank.example"), json]))
}

@Test func readingNeedsNoProof() {
    for method in ["GET", "HEAD", "OPTIONS"] { #expect(!isRefused(method, [])) }
}

@Test func signInIsRefusedToOtherSitesOnly() {
    func isRefused(_ headers: HTTPHeaders) -> Bool {
        let head = HTTPHead(
            method: "POST", target: "/api/session", path: "/api/session", pathSegments: ["api", "session"],
            headers: headers, host: "deals.bank.example", remoteAddress: "192.0.2.1", isSecure: true)
        do {
            try CrossSite.checkSignIn(head)
            return false
        } catch {
            return true
        }
    }
    #expect(!isRefused([:]))
    #expect(!isRefused(["Sec-Fetch-Site": "same-origin"]))
    #expect(!isRefused(["Origin": "https://deals.bank.example"]))
    #expect(isRefused(["Sec-Fetch-Site": "cross-site"]))
    #expect(isRefused(["Origin": "https://evil.example"]))
}
