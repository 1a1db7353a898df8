import HTTPServer
import NIOHTTP1
import ServiceKit
import Testing

@testable import gateway

/// Whose pages may read answers.
struct CORSTests {
    private func head(_ method: String, _ headers: HTTPHeaders) -> HTTPHead {
        HTTPHead(
            method: method, target: "/api/deals", path: "/api/deals", pathSegments: ["api", "deals"], headers: headers,
            host: "deals.example", remoteAddress: "192.0.2.1")
    }

    /// The fields that an answer gets; nil for a preflight.
    private func fields(_ cors: CORS, _ method: String, _ headers: HTTPHeaders) -> HTTPHeaders? {
        guard case .goOn(let fields) = cors.decide(head(method, headers), methods: [.GET, .POST]) else { return nil }
        return fields
    }

    private func preflight(_ cors: CORS, _ headers: HTTPHeaders, methods: [HTTPMethod] = [.GET, .POST]) -> HTTPResponse?
    {
        guard case .preflight(let response) = cors.decide(head("OPTIONS", headers), methods: methods) else {
            return nil
        }
        return response
    }

    private let asking: HTTPHeaders = ["Origin": "https://app.example", "Access-Control-Request-Method": "POST"]

    @Test func offByDefault() throws {
        var reader = SettingsReader(environment: [:])
        let cors = try CORS(&reader)
        #expect(fields(cors, "GET", ["Origin": "https://app.example"]) == [:])
        #expect(preflight(cors, asking) == nil)
    }

    @Test func listedOriginReadsTheAnswer() throws {
        let cors = try CORS(["https://other.example", "https://app.example"])
        let expected: HTTPHeaders = [
            "Vary": "Origin", "Access-Control-Allow-Origin": "https://app.example",
            "Access-Control-Expose-Headers": "ETag, Location, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id",
        ]
        #expect(fields(cors, "GET", ["Origin": "https://app.example"]) == expected)
        #expect(fields(cors, "OPTIONS", ["Origin": "https://app.example"]) == expected)
        #expect(fields(cors, "POST", asking) == expected)
    }

    @Test func preflightIsAnsweredAtOnce() throws {
        let response = try #require(preflight(try CORS(["https://app.example"]), asking))
        #expect(response.status == .noContent)
        #expect(response.body == nil)
        #expect(
            response.headers == [
                "Vary": "Origin", "Access-Control-Allow-Origin": "https://app.example",
                "Access-Control-Allow-Methods": "GET, POST",
                "Access-Control-Allow-Headers":
                    "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Last-Event-ID, X-Request-Id, "
                    + "traceparent",
                "Access-Control-Max-Age": "600",
            ])
    }

    @Test func preflightForNothingGoesOnToIts404() throws {
        #expect(preflight(try CORS(["https://app.example"]), asking, methods: []) == nil)
    }

    @Test(arguments: [
        "https://evil.example", "https://app.example.evil.example", "https://evil-app.example", "http://app.example",
        "https://app.example:443", "https://app.example:8443", "https://APP.example", "https://app.example/",
        "https://app.example, https://app.example", "https://x.app.example", "null", "*", "", "app.example",
    ])
    func otherOriginsGetNothingButVary(_ origin: String) throws {
        let cors = try CORS(["https://app.example"])
        #expect(fields(cors, "GET", ["Origin": origin]) == ["Vary": "Origin"])
        #expect(preflight(cors, ["Origin": origin, "Access-Control-Request-Method": "POST"]) == nil)
    }

    @Test func withoutOneOriginThereIsNone() throws {
        let cors = try CORS(["https://app.example"])
        #expect(fields(cors, "GET", [:]) == ["Vary": "Origin"])
        let two = HTTPHeaders([("Origin", "https://app.example"), ("Origin", "https://app.example")])
        #expect(fields(cors, "GET", two) == ["Vary": "Origin"])
    }

    @Test func credentialsAreNeverAllowed() throws {
        let cors = try CORS(["https://app.example"])
        let answers = [fields(cors, "GET", asking), fields(cors, "GET", [:]), preflight(cors, asking)?.headers]
        for headers in answers {
            #expect(try !#require(headers).contains(name: "Access-Control-Allow-Credentials"))
            #expect(try !#require(headers)["Access-Control-Allow-Origin"].contains("*"))
        }
    }

    @Test(arguments: [
        ("https://App.Example", "https://app.example"), ("https://app.example:443", "https://app.example"),
        ("https://app.example:8443", "https://app.example:8443"), ("http://localhost:5173", "http://localhost:5173"),
        ("http://localhost:80", "http://localhost"), ("https://[::1]:8443", "https://[::1]:8443"),
        ("https://192.0.2.1", "https://192.0.2.1"),
    ])
    func settingIsKeptAsBrowsersWriteIt(_ setting: String, _ origin: String) throws {
        let headers = fields(try CORS([setting]), "GET", ["Origin": origin])
        #expect(headers?["Access-Control-Allow-Origin"] == [origin])
    }

    @Test(arguments: [
        "", "*", "null", "https://*", "https://*.example", "https://", "http://app.example", "http://127.0.0.1",
        "http://localhost.evil.example", "https://app.example/", "https://app.example/path", "https://app.example?x",
        "https://user@app.example", "https://app.example:0", "https://app.example:x", "HTTPS://app.example",
        "app.example",
        "ftp://app.example", "https://app.example#",
    ])
    func whatIsNoOriginStopsTheStart(_ origin: String) {
        #expect(throws: SettingsError.self) { try CORS(["https://fine.example", origin]) }
    }

    @Test func settingIsAListWithCommas() throws {
        var reader = SettingsReader(environment: ["IBP_CORS_ORIGINS": "https://a.example, http://localhost:5173"])
        let cors = try CORS(&reader)
        #expect(
            fields(cors, "GET", ["Origin": "http://localhost:5173"])?.contains(name: "Access-Control-Allow-Origin")
                == true)
        var wrong = SettingsReader(environment: ["IBP_CORS_ORIGINS": "*"])
        let error = #expect(throws: SettingsError.self) { try CORS(&wrong) }
        #expect(error?.description.hasPrefix("IBP_CORS_ORIGINS: ") == true)
    }

    @Test func tooManyOriginsStopTheStart() {
        let origins = (0...CORS.originsMax).map { "https://o\($0).example" }
        #expect(throws: SettingsError.self) { try CORS(origins) }
    }
}
