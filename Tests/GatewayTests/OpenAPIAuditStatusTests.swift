import Testing

@testable import gateway

@Test(arguments: [
    ("/api/audit/log/checkpoint", "get", [200, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    ("/api/audit/log/vkey", "get", [200, 400, 401, 403, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    ("/api/audit/log/tile/{path}", "get", [200, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    (
        "/api/audit/log/tile/entries/{path}", "get",
        [200, 400, 401, 403, 404, 408, 414, 421, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/audit/entries/{seq}/proof", "get",
        [200, 400, 401, 403, 404, 408, 409, 414, 421, 429, 431, 500, 502, 503, 504]
    ),
    ("/api/events", "get", [200, 400, 401, 403, 408, 414, 421, 429, 431, 500, 503]),
    ("/api/audit/export.csv", "get", [200, 400, 401, 403, 408, 414, 421, 422, 429, 431, 500, 502, 503, 504]),
    ("/api/audit/searches", "get", [200, 400, 401, 403, 408, 414, 421, 429, 431, 500, 502, 503, 504]),
    (
        "/api/audit/searches", "post",
        [201, 400, 401, 403, 408, 409, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/audit/entries/{seq}/redact", "post",
        [200, 400, 401, 403, 404, 408, 413, 414, 415, 421, 422, 429, 431, 500, 502, 503, 504]
    ),
    (
        "/api/audit/hold", "put",
        [200, 400, 401, 403, 408, 412, 413, 414, 415, 421, 422, 428, 429, 431, 500, 502, 503, 504]
    ),
])
func statusesAreThoseThatARouteOfTheLogCanAnswer(_ path: String, _ method: String, _ expected: [Int]) throws {
    #expect(try OpenAPIJSON.document()["paths"]?[path]?[method]?.statuses == expected)
}
