import Crypto
import Foundation

/// Makes access tokens with one key.
package struct AccessTokenSigner: Sendable {
    private let key: SigningKey
    private let header: String

    package init(_ key: SigningKey) {
        self.key = key
        header = Base64URL.encode(Data(#"{"alg":"ES256","typ":"at+jwt","kid":"\#(key.kid)"}"#.utf8))
    }

    package func sign(_ claims: AccessClaims) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let signed = "\(header).\(Base64URL.encode(try encoder.encode(claims)))"
        let signature = try key.privateKey.signature(for: Data(signed.utf8))
        return "\(signed).\(Base64URL.encode(signature.rawRepresentation))"
    }
}
