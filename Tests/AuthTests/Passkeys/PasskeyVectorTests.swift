import Contracts
import Foundation
import RPC
import Testing
import Tokens

@testable import auth

private let now = Instant(milliseconds: 1_800_000_000_000)
private let owner = PasskeyPurpose.registration(user: UUID(), session: UUID())

private func issued(_ purpose: PasskeyPurpose) -> IssuedChallenge {
    IssuedChallenge(purpose: purpose, expiresAt: now.advanced(bySeconds: 1))
}

private func registration(_ credential: [UInt8], _ clientData: String, _ attestation: [UInt8]) -> PasskeyRegistration {
    PasskeyRegistration(
        id: Base64URL.encode(credential),
        response: PasskeyAttestationResponse(
            clientDataJSON: Base64URL.encode(clientData.utf8), attestationObject: Base64URL.encode(attestation)))
}

struct PasskeyVectorTests {
    private typealias V = PasskeyVectors

    /// The vectors do without the user's verification, so it is all that is missing.
    @Test func theStandardsCredentialIsReadAndItsSignatureIsGood() throws {
        let party = try RelyingParty(origins: ["https://example.org"])
        let made = try RegistrationResponse(registration(V.credential, V.clientData, V.attestation))
        #expect(Base64URL.decode(made.clientData.challenge) == V.challenge)
        #expect(made.credential.id == V.credential)
        #expect(made.authenticatorData.flags == [.userPresent, .backupEligible, .backedUp, .attestedCredential])
        #expect(throws: PasskeyRefusal.userNotVerified) {
            try RegistrationRule.check(made, issued(owner), for: owner, at: party, now: now)
        }

        let user = UUID()
        let used = try AssertionResponse(
            PasskeyAssertion(
                id: Base64URL.encode(V.credential),
                response: PasskeyAssertionResponse(
                    clientDataJSON: Base64URL.encode(V.assertionClientData.utf8),
                    authenticatorData: Base64URL.encode(V.authenticatorData),
                    signature: Base64URL.encode(V.signature), userHandle: PasskeyUserHandle.text(of: user))))
        #expect(Base64URL.decode(used.clientData.challenge) == V.assertionChallenge)
        let record = PasskeyRecord(user: user, key: made.credential.key, counter: 0, isBackupEligible: true)
        #expect(throws: PasskeyRefusal.userNotVerified) {
            try AssertionRule.check(used, record, issued(.signIn), at: party, now: now)
        }
        #expect(record.key.isValid(used.signature, of: used.authenticatorData.bytes + used.clientData.hash))
    }

    @Test func theStandardsFrameOnAnotherSitesPageIsRefused() throws {
        let party = try RelyingParty(origins: ["https://example.org"])
        let made = try RegistrationResponse(
            registration(V.otherOriginCredential, V.otherOriginClientData, V.otherOriginAttestation))
        #expect(throws: PasskeyRefusal.crossOrigin) {
            try RegistrationRule.check(made, issued(owner), for: owner, at: party, now: now)
        }
    }

    /// The JSON of a real browser goes through the contract, unread by the page.
    @Test func whatChromiumMakesIsRegisteredAndSignsIn() throws {
        let party = try RelyingParty(origins: [V.chromiumOrigin])
        let registration = try StrictJSON.decode(
            PasskeyRegistration.self, from: Data(V.chromiumRegistration.utf8))
        let made = try RegistrationResponse(registration)
        #expect(made.clientData.challenge == V.chromiumChallenges.0)
        #expect(made.transports == ["internal"])
        try RegistrationRule.check(made, issued(owner), for: owner, at: party, now: now)

        let used = try AssertionResponse(
            try StrictJSON.decode(PasskeyAssertion.self, from: Data(V.chromiumAssertion.utf8)))
        #expect(used.clientData.challenge == V.chromiumChallenges.1)
        let record = PasskeyRecord(
            user: V.chromiumUser, key: made.credential.key, counter: made.authenticatorData.counter,
            isBackupEligible: true)
        try AssertionRule.check(used, record, issued(.signIn), at: party, now: now)
    }
}
