import NIOHTTP1
import Testing

@testable import gateway

/// What every answer carries, word for word.
struct ResponseHeadersTests {
    private let hsts = ["max-age=63072000; includeSubDomains"]

    @Test func apiAnswersAreNeitherRenderedNorKept() {
        var headers = HTTPHeaders()
        ResponseHeaders.secureAPI(&headers)
        #expect(
            headers == [
                "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
                "Cross-Origin-Resource-Policy": "same-origin",
                "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
                "Cache-Control": "no-store",
            ])
    }

    @Test func pagesLoadOnlyWhatIsOurs() {
        var headers = HTTPHeaders()
        ResponseHeaders.securePage(&headers)
        let policy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
            + "font-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"
        #expect(
            headers == [
                "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
                "Cross-Origin-Resource-Policy": "same-origin", "Content-Security-Policy": policy,
                "Cross-Origin-Opener-Policy": "same-origin",
                "Permissions-Policy": "camera=(), geolocation=(), microphone=()", "Cache-Control": "no-cache",
            ])
    }

    @Test func onlyTLSIsMadeStrict() {
        var (api, page, plain) = (HTTPHeaders(), HTTPHeaders(), HTTPHeaders())
        ResponseHeaders.secureAPI(&api, isSecure: true)
        ResponseHeaders.securePage(&page, isSecure: true)
        ResponseHeaders.securePage(&plain, isSecure: false)
        #expect(api["Strict-Transport-Security"] == hsts)
        #expect(page["Strict-Transport-Security"] == hsts)
        #expect(plain["Strict-Transport-Security"].isEmpty)
    }

    @Test(arguments: ["public, max-age=31536000, immutable", "public, max-age=60"])
    func answersOwnCacheControlStays(_ value: String) {
        var (api, page): (HTTPHeaders, HTTPHeaders) = (["cache-control": value], ["cache-control": value])
        ResponseHeaders.secureAPI(&api)
        ResponseHeaders.securePage(&page)
        #expect(api["Cache-Control"] == [value])
        #expect(page["Cache-Control"] == [value])
    }

    @Test func saidTwiceItStandsOnce() {
        var headers = HTTPHeaders()
        ResponseHeaders.securePage(&headers, isSecure: true)
        let once = headers
        ResponseHeaders.securePage(&headers, isSecure: true)
        #expect(headers == once)
    }
}
