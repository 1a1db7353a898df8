package import Crypto
import Foundation

/// A private ES256 key and the name it goes by: `kid` is its RFC 7638 thumbprint, so a key has one name everywhere.
package struct SigningKey: Sendable {
    package let privateKey: P256.Signing.PrivateKey
    package let kid: String

    package init(_ privateKey: P256.Signing.PrivateKey = P256.Signing.PrivateKey()) {
        self.privateKey = privateKey
        kid = privateKey.publicKey.thumbprint
    }

    package var publicKey: P256.Signing.PublicKey { privateKey.publicKey }
}

extension P256.Signing.PublicKey {
    private static var coordinateBytes: Int { 32 }

    /// The point as a JSON web key has it: each coordinate 32 bytes in base64url (RFC 7518 section 6.2.1).
    package init(x: String, y: String) throws(InvalidCoordinates) {
        guard let x = Base64URL.decode(x), let y = Base64URL.decode(y), x.count == Self.coordinateBytes,
            y.count == Self.coordinateBytes, let key = try? Self(rawRepresentation: x + y)
        else { throw InvalidCoordinates() }
        self = key
    }

    package var x: String { Base64URL.encode(rawRepresentation.prefix(Self.coordinateBytes)) }
    package var y: String { Base64URL.encode(rawRepresentation.suffix(Self.coordinateBytes)) }

    /// RFC 7638 section 3: SHA-256 over the required members in lexicographic order, without white space.
    package var thumbprint: String {
        Base64URL.encode(SHA256.hash(data: Data(#"{"crv":"P-256","kty":"EC","x":"\#(x)","y":"\#(y)"}"#.utf8)))
    }
}

/// Two texts that are not the coordinates of a point on P-256.
package struct InvalidCoordinates: Error {}
