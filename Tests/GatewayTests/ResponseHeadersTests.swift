import HTTPServer
import NIOHTTP1
import Testing

@testable import gateway

/// What every answer carries, word for word.
struct ResponseHeadersTests {
    private let hsts = "max-age=63072000; includeSubDomains"

    private func fields(
        _ secure: (inout HTTPResponse) -> Void, _ headers: HTTPHeaders = [:]
    ) -> [String: String] {
        var response = HTTPResponse(status: .ok, headers: headers)
        secure(&response)
        return Dictionary((response.preset?.fields ?? []).map { ($0.name, $0.value) }) { first, _ in first }
    }

    @Test func apiAnswersAreNeitherRenderedNorKept() {
        #expect(
            fields { ResponseHeaders.secureAPI(&$0, isSecure: false) } == [
                "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
                "cross-origin-resource-policy": "same-origin",
                "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
                "cache-control": "no-store",
            ])
    }

    @Test func pagesLoadOnlyWhatIsOurs() {
        let policy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
            + "font-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
        #expect(
            fields { ResponseHeaders.securePage(&$0, isSecure: false) } == [
                "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
                "cross-origin-resource-policy": "same-origin", "content-security-policy": policy,
                "cross-origin-opener-policy": "same-origin",
                "permissions-policy": "camera=(), geolocation=(), microphone=()",
            ])
    }

    @Test func onlyTLSIsMadeStrict() {
        #expect(fields { ResponseHeaders.secureAPI(&$0, isSecure: true) }["strict-transport-security"] == hsts)
        #expect(fields { ResponseHeaders.securePage(&$0, isSecure: true) }["strict-transport-security"] == hsts)
        #expect(fields { ResponseHeaders.securePage(&$0, isSecure: false) }["strict-transport-security"] == nil)
    }

    @Test func anAnswersOwnCacheControlStandsAlone() {
        let own: HTTPHeaders = ["Cache-Control": "public, max-age=60"]
        #expect(fields({ ResponseHeaders.secureAPI(&$0, isSecure: false) }, own)["cache-control"] == nil)
    }
}
