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

    static func root(_ url: String) async throws -> Browser { try await signIn(url, Root.email, Root.password) }

    static func signIn(_ url: String, _ email: String, _ password: String) async throws -> Browser {
        let answer = try await Browser(url: url).post(
            "/api/auth/login", #"{"email":"\#(email)","password":"\#(password)"}"#)
        try #require(answer.status == 200, "\(email): \(answer.text)")
        let token: String = try #require(answer.json["accessToken"].string)
        return Browser(url: url, token: token)
    }
}

/// The first administrator of a cluster, and the settings that make one.
enum Root {
    static let email = "root@firm.example"
    static let password = "correct horse battery staple"
    static let settings = ["IBP_BOOTSTRAP_EMAIL": email, "IBP_BOOTSTRAP_PASSWORD": password]
}
