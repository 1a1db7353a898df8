import Crypto
import Foundation
import Testing

@testable import Tokens

struct SigningKeyTests {
    /// The key and the token of RFC 7515 appendix A.3.
    let x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
    let y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
    let signed = """
        eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290\
        Ijp0cnVlfQ
        """
    let signature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"

    @Test func signatureOfTheStandardIsGood() throws {
        let key = try P256.Signing.PublicKey(x: x, y: y)
        let raw = try #require(Base64URL.decode(signature))
        let parsed = try P256.Signing.ECDSASignature(rawRepresentation: raw)
        #expect(key.isValidSignature(parsed, for: Data(signed.utf8)))
        #expect(!key.isValidSignature(parsed, for: Data(signed.dropLast().utf8)))
        #expect(key.x == x)
        #expect(key.y == y)
    }

    @Test func thumbprintIsTheHashOfTheCanonicalKey() throws {
        let key = try P256.Signing.PublicKey(x: x, y: y)
        let canonical = "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"" + x + "\",\"y\":\"" + y + "\"}"
        let hash = Data(SHA256.hash(data: Data(canonical.utf8))).base64EncodedString()
        let expected = hash.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        #expect(key.thumbprint == expected)
        #expect(key.thumbprint == "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U")
    }

    @Test func nameFollowsTheKey() throws {
        let key = SigningKey()
        let again = SigningKey(try P256.Signing.PrivateKey(rawRepresentation: key.privateKey.rawRepresentation))
        #expect(again.kid == key.kid)
        #expect(SigningKey().kid != key.kid)
        #expect(key.kid == key.publicKey.thumbprint)
    }

    @Test func pointsOffTheCurveAreNoKeys() {
        #expect(throws: InvalidCoordinates.self) { try P256.Signing.PublicKey(x: x, y: x) }
        #expect(throws: InvalidCoordinates.self) { try P256.Signing.PublicKey(x: String(x.dropLast(2)), y: y) }
        #expect(throws: InvalidCoordinates.self) { try P256.Signing.PublicKey(x: x + "=", y: y) }
        #expect(throws: InvalidCoordinates.self) { try P256.Signing.PublicKey(x: "", y: "") }
    }
}
