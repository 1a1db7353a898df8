import Contracts
import Crypto
import Foundation
import Storage
import Tokens

@testable import auth

/// A browser and an authenticator with one passkey. Every part of what they say can be made wrong.
struct TestAuthenticator {
    static let origins = ["https://deals.bank.example", "https://bank.example"]
    static let domain = "bank.example"

    // The browser
    var type: String?
    var origin = origins[0]
    /// As they stand in the JSON.
    var moreClientData = #","crossOrigin":false"#
    var id: [UInt8] = Array(Data.random(count: 32))
    /// What the browser calls it by, when that is not its id.
    var namedID: [UInt8]?

    // The authenticator
    var key = P256.Signing.PrivateKey()
    var domain = TestAuthenticator.domain
    var flags: AuthenticatorData.Flags = [.userPresent, .userVerified]
    var counter: UInt32 = 1
    var format = "none"
    var statement = CBOR.map([:])
    var userHandle: [UInt8]?
    /// Changes to the parameters of the public key.
    var keyChange: [Int64: CBOR] = [:]
    /// After the rest of the authenticator's data.
    var extensions: [UInt8] = []
    var signsOtherBytes = false

    func create(_ challenge: String) -> PasskeyRegistration {
        let point = Array(key.publicKey.rawRepresentation)
        var parameters: [CBOR: CBOR] = [
            .integer(1): .integer(2), .integer(3): .integer(-7), .integer(-1): .integer(1),
            .integer(-2): .bytes(Array(point[..<32])), .integer(-3): .bytes(Array(point[32...])),
        ]
        for (name, value) in keyChange { parameters[.integer(name)] = value }
        let credential =
            [UInt8](repeating: 7, count: 16) + [UInt8(id.count >> 8), UInt8(id.count & 0xFF)] + id
            + CBOR.map(parameters).encoded
        let data = head(flags.union(.attestedCredential)) + credential + extensions
        let attestation = CBOR.map([
            .text("fmt"): .text(format), .text("attStmt"): statement, .text("authData"): .bytes(data),
        ])
        return PasskeyRegistration(
            id: Base64URL.encode(namedID ?? id),
            response: PasskeyAttestationResponse(
                clientDataJSON: Base64URL.encode(clientData("webauthn.create", challenge).utf8),
                attestationObject: Base64URL.encode(attestation.encoded), transports: ["internal", "a-new-one", "usb"]))
    }

    func get(_ challenge: String) throws -> PasskeyAssertion {
        let json = clientData("webauthn.get", challenge)
        let data = head(flags) + extensions
        let message = signsOtherBytes ? Data(data) : Data(data) + Data(SHA256.hash(data: Data(json.utf8)))
        return PasskeyAssertion(
            id: Base64URL.encode(namedID ?? id),
            response: PasskeyAssertionResponse(
                clientDataJSON: Base64URL.encode(json.utf8), authenticatorData: Base64URL.encode(data),
                signature: Base64URL.encode(try key.signature(for: message).derRepresentation),
                userHandle: userHandle.map { Base64URL.encode($0) }))
    }

    private func clientData(_ rightType: String, _ challenge: String) -> String {
        #"{"type":"\#(type ?? rightType)","challenge":"\#(challenge)","origin":"\#(origin)"\#(moreClientData)}"#
    }

    private func head(_ flags: AuthenticatorData.Flags) -> [UInt8] {
        Array(SHA256.hash(data: Data(domain.utf8))) + [flags.rawValue]
            + withUnsafeBytes(of: counter.bigEndian) { Array($0) }
    }
}

/// What was asked of it is what its passkey is for.
extension TestAuthenticator {
    mutating func create(_ creation: PasskeyCreation) -> PasskeyRegistration {
        userHandle = Base64URL.decode(creation.publicKey.user.id)
        return create(creation.publicKey.challenge)
    }

    /// The counter goes on, as that of a good one does.
    mutating func get(_ request: PasskeyRequest) throws -> PasskeyAssertion {
        counter += 1
        return try get(request.publicKey.challenge)
    }
}
