import Foundation
import NIOHTTP1

/// One operation of the OpenAPI document, with the body that it gives as an example.
struct DocumentedOperation: Sendable {
    let method: HTTPMethod
    let path: String
    let body: String?
    /// Parameters of the query that take somebody's words.
    let searches: [String]

    var name: String { "\(method.rawValue) \(path)" }

    /// What people have for themselves, and what is done to people, is not about deals. Breaking the glass is
    /// meant to let in.
    var isAboutDeals: Bool {
        let others = [
            "/api/auth/", "/api/session", "/api/users/me", "/api/admin/", "/.well-known", "/api/openapi.json",
            "/api/events", "/api/audit/users/",
        ]
        return !others.contains { path.hasPrefix($0) } && !path.hasSuffix("/break-glass")
    }

    static func all(of browser: Browser) async throws -> [DocumentedOperation] {
        guard case .object(let paths) = try await browser.get("/api/openapi.json").json["paths"] else { return [] }
        return paths.sorted { $0.key < $1.key }.flatMap { path, operations in
            operations.keys.filter { $0 != "parameters" }.sorted().map { method in
                DocumentedOperation(method, path, operations[method])
            }
        }
    }

    private init(_ method: String, _ path: String, _ operation: JSON) {
        self.method = HTTPMethod(rawValue: method.uppercased())
        self.path = path
        let example = operation["requestBody"]["content"]["application/json"]["example"]
        body = example == .null ? nil : example.text
        let names = operation["parameters"].items.filter { $0["in"].string == "query" }.compactMap { $0["name"].string }
        searches = method == "get" ? names.filter { ["q", "client", "sector", "codeName", "tag"].contains($0) } : []
    }

    /// The same request at what is hidden, and at what is not there.
    func places(_ ids: [String]) -> [(hidden: String, absent: String)] {
        let parts = path.split(separator: "/")
        let holes = parts.indices.filter { parts[$0].hasPrefix("{") }
        guard let first = holes.first else { return [(path, path)] }
        let nobody = UUID().uuidString.lowercased()
        return ids.flatMap { id in
            (holes.count > 1 ? ids : [id]).map { child in
                func filled(_ id: String) -> String {
                    "/"
                        + parts.indices.map { index in
                            guard holes.contains(index) else { return String(parts[index]) }
                            return index == first ? id : child
                        }.joined(separator: "/")
                }
                return (filled(id), filled(nobody))
            }
        }
    }

    func ask(_ browser: Browser, at path: String, _ markers: Markers) async throws -> Heard {
        let headers = [("If-Match", #""1""#), ("Idempotency-Key", UUID().uuidString)]
        let answer = try await browser.send(method, path, body, headers: headers)
        var all = "\(answer.headers) \(answer.text)"
        for search in searches {
            for word in markers.beginnings { all += try await browser.get("\(path)?\(search)=\(word)").text }
        }
        // The rest differs by nature: the path that was asked for, the request's id, what a request makes.
        let problem = answer.json
        let verdict =
            answer.status < 400
            ? "\(answer.status)"
            : [problem["code"], problem["detail"], problem["errors"]].map(\.text).joined(separator: " ")
        return Heard(all: all, verdict: "\(answer.status) \(verdict)")
    }

    /// What somebody learns from an answer.
    struct Heard: Sendable {
        let all: String
        let verdict: String
    }
}
