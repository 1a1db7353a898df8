package import Foundation

/// What an access token says (RFC 9068 section 2.2), under the names it says it by. Times are seconds since 1970.
package struct AccessClaims: Sendable, Hashable {
    package var iss: String
    package var aud: String
    /// The user.
    package var sub: UUID
    /// The session it was issued in; refusing a session refuses all its tokens.
    package var sid: UUID
    /// A role by name. Whether there is such a role is for the reader to judge.
    package var role: String
    /// What of the role's permissions it reaches, names with a space between them; nil for all (RFC 9068 section 2.2.3).
    package var scope: String?
    package var iat: Int64
    package var exp: Int64
    package var jti: String
    package var clientID: String

    /// Of a session that reaches its user's own account and nothing else: no permission has this name.
    package static let accountScope = "account"

    package init(
        iss: String, aud: String, sub: UUID, sid: UUID, role: String, scope: String? = nil, iat: Int64, exp: Int64,
        jti: String = UUID().uuidString.lowercased(), clientID: String = "ibpipeline"
    ) {
        self.iss = iss
        self.aud = aud
        self.sub = sub
        self.sid = sid
        self.role = role
        self.scope = scope
        self.iat = iat
        self.exp = exp
        self.jti = jti
        self.clientID = clientID
    }
}

extension AccessClaims: Encodable {
    private enum CodingKeys: String, CodingKey {
        case iss, aud, sub, sid, role, scope, iat, exp, jti
        case clientID = "client_id"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(iss, forKey: .iss)
        try container.encode(aud, forKey: .aud)
        try container.encode(sub.uuidString.lowercased(), forKey: .sub)
        try container.encode(sid.uuidString.lowercased(), forKey: .sid)
        try container.encode(role, forKey: .role)
        try container.encodeIfPresent(scope, forKey: .scope)
        try container.encode(iat, forKey: .iat)
        try container.encode(exp, forKey: .exp)
        try container.encode(jti, forKey: .jti)
        try container.encode(clientID, forKey: .clientID)
    }
}
