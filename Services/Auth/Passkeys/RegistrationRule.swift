import Contracts
import Tokens

/// The making of a passkey as a browser reports it, decoded and not yet judged.
struct RegistrationResponse: Sendable {
    let clientData: ClientData
    let authenticatorData: AuthenticatorData
    let credential: AttestedCredential
    /// The id that the browser names beside what the authenticator says.
    let id: [UInt8]
    let attestationFormat: String
    let attestationStatement: [CBOR: CBOR]
    let transports: [String]

    /// Of the copies that the browser adds for convenience (`publicKey`, `authenticatorData`) none is read.
    init(_ input: PasskeyRegistration) throws(PasskeyRefusal) {
        guard input.id == input.rawId, let id = Base64URL.decode(input.rawId),
            let json = Base64URL.decode(input.response.clientDataJSON),
            let attestation = Base64URL.decode(input.response.attestationObject),
            // Section 7.1, step 12. The object: section 6.5.4.
            case .map(let members)? = try? CBOR(attestation), members.count == 3,
            case .text(let format)? = members[.text("fmt")],
            case .map(let statement)? = members[.text("attStmt")],
            case .bytes(let data)? = members[.text("authData")]
        else { throw .malformed }
        // Steps 5 and 6.
        clientData = try ClientData(json: json)
        authenticatorData = try AuthenticatorData(data)
        guard let credential = authenticatorData.credential else { throw .malformed }
        self.credential = credential
        self.id = id
        attestationFormat = format
        attestationStatement = statement
        transports = PasskeyTransports.known(input.response.transports ?? [])
    }
}

/// Registering a new credential: WebAuthn level 2, section 7.1, whose steps the comments name, and what level 3 adds to it.
enum RegistrationRule {
    /// - Parameters:
    ///   - challenge: what was issued under the challenge that the browser says it answered; nil for nothing.
    ///   - purpose: what it must have been issued for.
    static func check(
        _ response: RegistrationResponse, _ challenge: IssuedChallenge?, for purpose: PasskeyPurpose,
        at party: RelyingParty, now: Instant
    ) throws(PasskeyRefusal) {
        // Steps 7 to 9 and 13 to 15.
        try CeremonyRule.check(
            response.clientData, type: "webauthn.create", challenge, for: purpose, at: party, now: now)
        try CeremonyRule.check(response.authenticatorData, at: party)
        // Step 16 is done: no key but one for ES256 has been read. Step 17: extensions are ignored.
        // Steps 18, 19 and 21: no attestation was asked for, and none proves nothing (section 8.7).
        guard response.attestationFormat == "none", response.attestationStatement.isEmpty else {
            throw .attestationNotNone
        }
        guard response.id == response.credential.id else { throw .credentialMismatch }
        // Step 22, that nobody has the id, is the store's, as is step 23.
    }
}

/// How an authenticator can be reached, for the browser to know where to look (level 3, section 5.8.4). They are a hint, and
/// unknown ones are dropped.
enum PasskeyTransports {
    private static let all: Set = ["usb", "nfc", "ble", "smart-card", "hybrid", "internal"]

    static func known(_ transports: [String]) -> [String] { all.intersection(transports).sorted() }
}
