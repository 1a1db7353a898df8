import Foundation

/// Whether claims, whose signature is good, are good here and now. Every rule is mandatory; claims that are not ours to
/// know are ignored (RFC 7519 section 4).
struct ClaimRules: Sendable {
    /// An access token may live this long; a longer one was not made by us.
    static let lifetimeMaxSeconds: Int64 = 600
    private static let textLengths = 1...128

    let issuer: String
    let audience: String
    let leewaySeconds: Int64

    func claims(in json: [UInt8], now: Int64) throws(TokenRefusal) -> AccessClaims {
        let members = try TokenJSON.object(in: json, malformed: .claimsMalformed)
        guard let iss = members["iss"]?.string, let sub = Self.id(members["sub"]), let sid = Self.id(members["sid"]),
            let role = Self.text(members["role"]), let jti = Self.text(members["jti"]),
            let clientID = Self.text(members["client_id"]), let iat = members["iat"]?.integer,
            let exp = members["exp"]?.integer
        else { throw .claim }
        let scope = try members["scope"].map { value throws(TokenRefusal) in
            guard let scope = Self.text(value) else { throw TokenRefusal.claim }
            return scope
        }
        guard Self.isSame(iss, issuer) else { throw .issuer }
        try checkAudience(members["aud"])
        try checkTimes(iat: iat, exp: exp, nbf: members["nbf"], now: now)
        return AccessClaims(
            iss: iss, aud: audience, sub: sub, sid: sid, role: role, scope: scope, iat: iat, exp: exp, jti: jti,
            clientID: clientID)
    }

    /// One audience or a list that has ours (RFC 7519 section 4.1.3).
    private func checkAudience(_ value: TokenJSON?) throws(TokenRefusal) {
        switch value {
        case .string(let one): guard Self.isSame(one, audience) else { throw .audience }
        case .array(let many):
            let names = many.compactMap(\.string)
            guard names.count == many.count else { throw .claim }
            guard names.contains(where: { Self.isSame($0, audience) }) else { throw .audience }
        default: throw .claim
        }
    }

    private func checkTimes(iat: Int64, exp: Int64, nbf: TokenJSON?, now: Int64) throws(TokenRefusal) {
        let (lifetime, isTooFar) = exp.subtractingReportingOverflow(iat)
        guard !isTooFar, lifetime > 0, lifetime <= Self.lifetimeMaxSeconds else { throw .lifetime }
        guard iat <= now + leewaySeconds else { throw .notYetValid }
        if let nbf {
            guard let start = nbf.integer else { throw .claim }
            guard start <= now + leewaySeconds else { throw .notYetValid }
        }
        guard exp > now - leewaySeconds else { throw .expired }
    }

    /// Byte for byte: Swift's `==` also holds for texts that only look alike to Unicode.
    private static func isSame(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }

    private static func text(_ value: TokenJSON?) -> String? {
        guard let text = value?.string, textLengths.contains(text.unicodeScalars.count) else { return nil }
        return text
    }

    /// A UUID in the one spelling we write.
    private static func id(_ value: TokenJSON?) -> UUID? {
        guard let text = value?.string, let id = UUID(uuidString: text), isSame(id.uuidString.lowercased(), text) else {
            return nil
        }
        return id
    }
}
