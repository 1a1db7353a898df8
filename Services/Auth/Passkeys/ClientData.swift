import Crypto
import Foundation

/// What the browser says of a ceremony (WebAuthn level 2, section 5.8.1), and the authenticator signs by its hash. Members
/// may be added to it at any time, so unknown ones are no fault.
struct ClientData: Sendable {
    let type: String
    /// base64url.
    let challenge: String
    let origin: String
    /// Whether it happened in a frame within another site's page (level 3).
    let isCrossOrigin: Bool
    /// SHA-256 of the JSON.
    let hash: [UInt8]

    init(json: [UInt8]) throws(PasskeyRefusal) {
        guard let members = try? JSONDecoder().decode(Members.self, from: Data(json)) else { throw .malformed }
        type = members.type
        challenge = members.challenge
        origin = members.origin
        isCrossOrigin = members.crossOrigin == true || members.topOrigin != nil
        hash = Array(SHA256.hash(data: json))
    }

    private struct Members: Decodable {
        let type: String
        let challenge: String
        let origin: String
        let crossOrigin: Bool?
        let topOrigin: String?
    }
}
