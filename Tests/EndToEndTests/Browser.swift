import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing

/// Somebody at the public door, signed in or not.
struct Browser: Sendable {
    let url: String
    var token: String?

    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let body: Data

        var json: JSON { (try? JSONDecoder().decode(JSON.self, from: body)) ?? .null }
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    func send(
        _ method: HTTPMethod, _ path: String, _ body: String? = nil, headers: [(String, String)] = []
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = method
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(Data(body.utf8))
        }
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let bytes = try await response.body.collect(upTo: 8 << 20)
        return Answer(status: Int(response.status.code), headers: response.headers, body: Data(bytes.readableBytesView))
    }

    func get(_ path: String) async throws -> Answer { try await send(.GET, path) }
    func post(_ path: String, _ body: String, headers: [(String, String)] = []) async throws -> Answer {
        try await send(.POST, path, body, headers: headers)
    }

    /// Invites as an administrator, and accepts as the invited person, whose id is given.
    @discardableResult
    func addPerson(_ email: String, name: String, role: String, password: String) async throws -> String {
        let invited = try await post(
            "/api/admin/invitations", #"{"email":"\#(email)","name":"\#(name)","role":"\#(role)"}"#)
        try #require(invited.status == 201, "\(email): \(invited.text)")
        let token: String = try #require(invited.json["token"].string)
        let accepted = try await Browser(url: url).post(
            "/api/auth/invitations/accept", #"{"token":"\#(token)","password":"\#(password)"}"#)
        try #require(accepted.status == 201, "\(email): \(accepted.text)")
        return try #require(accepted.json["id"].string)
    }

    static func signIn(_ url: String, _ email: String, _ password: String) async throws -> Browser {
        let answer = try await Browser(url: url).post(
            "/api/auth/login", #"{"email":"\#(email)","password":"\#(password)"}"#)
        try #require(answer.status == 200, "\(email): \(answer.text)")
        let token: String = try #require(answer.json["accessToken"].string)
        return Browser(url: url, token: token)
    }
}

/// JSON as it came, to look into.
enum JSON: Decodable, Sendable, Equatable {
    case object([String: JSON]), array([JSON]), string(String), number(Double), bool(Bool), null

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }

    subscript(_ key: String) -> JSON { if case .object(let members) = self { members[key] ?? .null } else { .null } }
    subscript(_ index: Int) -> JSON {
        if case .array(let items) = self, items.indices.contains(index) { items[index] } else { .null }
    }

    var string: String? { if case .string(let value) = self { value } else { nil } }
    var int: Int? { if case .number(let value) = self { Int(value) } else { nil } }
    var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    var items: [JSON] { if case .array(let items) = self { items } else { [] } }
    var keys: Set<String> { if case .object(let members) = self { Set(members.keys) } else { [] } }
}
