import Contracts
import Foundation
import Tokens

/// The use of a passkey as a browser reports it, decoded and not yet judged.
struct AssertionResponse: Sendable {
    let id: [UInt8]
    let clientData: ClientData
    let authenticatorData: AuthenticatorData
    let signature: [UInt8]
    /// Whom the authenticator holds the passkey for: the bytes of our user's id.
    let userHandle: [UInt8]?

    init(_ input: PasskeyAssertion) throws(PasskeyRefusal) {
        // Section 7.2, step 8.
        guard input.id == input.rawId, let id = Base64URL.decode(input.rawId),
            let json = Base64URL.decode(input.response.clientDataJSON),
            let data = Base64URL.decode(input.response.authenticatorData),
            let signature = Base64URL.decode(input.response.signature)
        else { throw .malformed }
        // Steps 9 and 10.
        clientData = try ClientData(json: json)
        authenticatorData = try AuthenticatorData(data)
        self.id = id
        self.signature = signature
        if let handle = input.response.userHandle {
            guard let bytes = Base64URL.decode(handle) else { throw .malformed }
            userHandle = bytes
        } else {
            userHandle = nil
        }
    }
}

/// A passkey as it is stored, as far as its use is judged by it.
struct PasskeyRecord: Sendable {
    let user: UUID
    let key: COSEKey
    let counter: UInt32
    let isBackupEligible: Bool
}

/// Verifying an assertion: WebAuthn level 2, section 7.2, whose steps the comments name, and what level 3 adds to it.
enum AssertionRule {
    /// - Parameters:
    ///   - record: of the credential that the response names, which is step 7. Step 5 falls away: no credential was asked
    ///     for by name.
    ///   - challenge: what was issued under the challenge that the browser says it answered; nil for nothing.
    static func check(
        _ response: AssertionResponse, _ record: PasskeyRecord, _ challenge: IssuedChallenge?, at party: RelyingParty,
        now: Instant
    ) throws(PasskeyRefusal) {
        // Step 6: nobody is identified before, so the authenticator must say who it is.
        guard let handle = response.userHandle, handle == PasskeyUserHandle.bytes(of: record.user) else {
            throw .otherUser
        }
        // Steps 11 to 13 and 15 to 17.
        try CeremonyRule.check(
            response.clientData, type: "webauthn.get", challenge, for: .signIn, at: party, now: now)
        let data = response.authenticatorData
        try CeremonyRule.check(data, at: party)
        // Level 3: whether it can be backed up never changes.
        guard data.flags.contains(.backupEligible) == record.isBackupEligible else { throw .backupEligibilityChanged }
        // Step 18: extensions are ignored. Steps 19 and 20.
        guard record.key.isValid(response.signature, of: data.bytes + response.clientData.hash) else {
            throw .badSignature
        }
        // Step 21. It comes last, so that only who has the key can make it look as if the authenticator had been copied.
        guard data.counter > record.counter || (data.counter == 0 && record.counter == 0) else {
            throw .counterStoodStill
        }
    }
}
