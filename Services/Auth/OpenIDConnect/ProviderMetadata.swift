import Tokens

/// What we need to know of a provider, from its own document (OpenID Connect Discovery 1.0 section 3).
struct ProviderMetadata: Sendable {
    /// How a client proves itself where it gets its tokens.
    enum ClientProof: Sendable, Equatable { case basic, post, none }

    let authorizationEndpoint: ProviderURL
    let tokenEndpoint: ProviderURL
    let keysURL: ProviderURL
    let userInfoEndpoint: ProviderURL?
    let clientProof: ClientProof
    /// It names itself in its answers (RFC 9207), so an answer without its name is not from it.
    let namesItself: Bool

    /// - Parameters:
    ///   - issuer: as the operator wrote it; the document must say the same, byte for byte (section 4.3).
    ///   - isPublic: the client has no secret.
    init(_ json: [UInt8], issuer: String, isPublic: Bool) throws(ProviderFailure) {
        let members = try ProviderJSON.object(json)
        guard members["issuer"]?.string?.isSame(as: issuer) == true else { throw .issuer }
        authorizationEndpoint = try Self.url(members, "authorization_endpoint")
        tokenEndpoint = try Self.url(members, "token_endpoint")
        keysURL = try Self.url(members, "jwks_uri")
        userInfoEndpoint = members["userinfo_endpoint"] == nil ? nil : try Self.url(members, "userinfo_endpoint")
        namesItself = members["authorization_response_iss_parameter_supported"] == .bool(true)
        try Self.check(members, "response_types_supported", has: ["code"])
        try Self.check(members, "code_challenge_methods_supported", has: ["S256"])
        try Self.check(members, "id_token_signing_alg_values_supported", has: IDTokenAlgorithm.allCases.map(\.rawValue))
        let proofs = members["token_endpoint_auth_methods_supported"].map(\.texts) ?? ["client_secret_basic"]
        if isPublic {
            clientProof = .none
        } else if proofs.contains("client_secret_basic") {
            clientProof = .basic
        } else if proofs.contains("client_secret_post") {
            clientProof = .post
        } else {
            throw .unsupported("token_endpoint_auth_methods_supported")
        }
    }

    private static func url(_ members: [String: TokenJSON], _ name: String) throws(ProviderFailure) -> ProviderURL {
        guard let url = members[name]?.string.flatMap(ProviderURL.init) else { throw .endpoint(name) }
        return url
    }

    /// A list that is not there says nothing.
    private static func check(
        _ members: [String: TokenJSON], _ name: String, has wanted: [String]
    ) throws(ProviderFailure) {
        guard let list = members[name] else { return }
        guard list.texts.contains(where: wanted.contains) else { throw .unsupported(name) }
    }
}
