import Contracts

// What we ask of a browser: a passkey that is found without a name and protected by a PIN, a fingerprint or the like.

extension PasskeyCreation {
    /// - Parameter known: the user's passkeys, so that no authenticator makes a second one.
    init(for user: User, at party: RelyingParty, challenge: String, known: [PasskeyDescriptor]) {
        self.init(
            publicKey: PasskeyCreationOptions(
                rp: PasskeyParty(id: party.id, name: RelyingParty.name),
                user: PasskeyUser(id: PasskeyUserHandle.text(of: user.id), name: user.email, displayName: user.name),
                challenge: challenge, pubKeyCredParams: [PasskeyAlgorithm(alg: Int(COSEKey.es256))],
                timeout: PasskeyChallengeStore.timeoutMilliseconds, excludeCredentials: known,
                authenticatorSelection: PasskeySelection(
                    residentKey: "required", requireResidentKey: true, userVerification: "required"),
                attestation: "none"))
    }
}

extension PasskeyRequest {
    init(at party: RelyingParty, challenge: String) {
        self.init(
            publicKey: PasskeyRequestOptions(
                challenge: challenge, timeout: PasskeyChallengeStore.timeoutMilliseconds, rpId: party.id,
                allowCredentials: [], userVerification: "required"))
    }
}

extension PasskeyChallengeStore {
    /// A browser gives up when the challenge is worthless.
    fileprivate static let timeoutMilliseconds = Int(lifetimeSeconds * 1000)
}
