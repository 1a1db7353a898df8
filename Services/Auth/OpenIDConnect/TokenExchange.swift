import Foundation
import NIOHTTP1
import Tokens

/// What the provider gives for a code (OpenID Connect Core 3.1.3.3).
struct ProviderTokens: Sendable {
    let idToken: String
    /// For the user-info endpoint alone; it is neither stored nor passed on.
    let accessToken: String?
}

/// The calls that we make for one sign-in.
struct TokenExchange: Sendable {
    private static let errorBytesMax = 64

    let settings: OpenIDSettings
    let http: ProviderHTTP

    /// - Throws: `ProviderFailure`.
    func tokens(for code: String, of flow: OpenIDFlow, at provider: ProviderMetadata) async throws -> ProviderTokens {
        var form = FormText.encode([
            "grant_type": "authorization_code", "code": code, "redirect_uri": settings.redirectURL,
            "code_verifier": flow.verifier,
        ])
        var authorization: String?
        switch (provider.clientProof, settings.clientSecret) {
        case (.basic, let secret?): authorization = Self.basic(settings.clientID, secret)
        case (.post, let secret?):
            form += "&" + FormText.encode(["client_id": settings.clientID, "client_secret": secret])
        case (.none, _), (_, nil): form += "&" + FormText.encode(["client_id": settings.clientID])
        }
        let (status, body) = try await http.post(provider.tokenEndpoint.text, form, authorization: authorization)
        guard status == .ok else { throw Self.refusal(status, body) }
        let members = try ProviderJSON.object(body)
        guard let idToken = members["id_token"]?.string else { throw ProviderFailure.malformed }
        return ProviderTokens(idToken: idToken, accessToken: members["access_token"]?.string)
    }

    /// What the provider tells of the person beside the ID token (section 5.3).
    /// - Parameter subject: of the ID token; what is told of anybody else does not count.
    func userInfo(
        at url: ProviderURL, _ accessToken: String, subject: String
    ) async throws -> [String: TokenJSON] {
        let members = try ProviderJSON.object(try await http.get(url.text, bearer: accessToken))
        guard members["sub"]?.string?.isSame(as: subject) == true else { throw ProviderFailure.subject }
        return members
    }

    /// Both halves are form-encoded first (RFC 6749 section 2.3.1).
    static func basic(_ client: String, _ secret: String) -> String {
        let pair = "\(FormText.escaped(client)):\(FormText.escaped(secret))"
        return "Basic \(Data(pair.utf8).base64EncodedString())"
    }

    /// Its `error`, when it is a plain word: what stands elsewhere in a refusal may be anything.
    private static func refusal(_ status: HTTPResponseStatus, _ body: [UInt8]) -> ProviderFailure {
        guard let error = try? ProviderJSON.object(body)["error"]?.string, error.utf8.count <= errorBytesMax,
            error.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "_") })
        else { return .status(Int(status.code)) }
        return .refused(error)
    }
}
