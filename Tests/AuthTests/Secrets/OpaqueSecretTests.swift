import Crypto
import Foundation
import RPC
import Testing
import Tokens

@testable import auth

struct OpaqueSecretTests {
    @Test func secretIsKnownByTheDigestOfItsText() throws {
        let secret = OpaqueSecret()
        #expect(Base64URL.decode(secret.text)?.count == 32)
        #expect(OpaqueSecret(text: secret.text).digest == secret.digest)
        #expect(secret.digest == Data(SHA256.hash(data: Data(secret.text.utf8))))
        #expect(secret.text != OpaqueSecret().text)
    }

    @Test func digestsAreThirtyTwoBytes() throws {
        let digest = OpaqueSecret().digest
        #expect(try OpaqueSecret.digest(Base64URL.encode(digest), in: "digest") == digest)
        for bytes in [digest.dropLast(), digest + [0], Data()] {
            let refusal = #expect(throws: RPCFault.self) {
                try OpaqueSecret.digest(Base64URL.encode(bytes), in: "digest")
            }
            #expect(refusal?.errors.map(\.field) == ["digest"])
        }
    }
}
