import Contracts

/// What both ceremonies ask. That the user was verified, which the standard leaves to the relying party, is always wanted.
enum CeremonyRule {
    static func check(
        _ clientData: ClientData, type: String, _ challenge: IssuedChallenge?, for purpose: PasskeyPurpose,
        at party: RelyingParty, now: Instant
    ) throws(PasskeyRefusal) {
        // 7.1 step 7, 7.2 step 11.
        guard clientData.type == type else { throw .wrongType }
        // 7.1 step 8, 7.2 step 12.
        guard let challenge, challenge.isGood(for: purpose, at: now) else { throw .challengeUnknown }
        // 7.1 step 9, 7.2 step 13.
        guard party.origins.contains(clientData.origin) else { throw .wrongOrigin }
        // Level 3: our pages are never in a frame of another site.
        guard !clientData.isCrossOrigin else { throw .crossOrigin }
    }

    static func check(_ data: AuthenticatorData, at party: RelyingParty) throws(PasskeyRefusal) {
        // 7.1 step 13, 7.2 step 15.
        guard data.relyingPartyHash.elementsEqual(party.hash) else { throw .wrongRelyingParty }
        // 7.1 step 14, 7.2 step 16.
        guard data.flags.contains(.userPresent) else { throw .userNotPresent }
        // 7.1 step 15, 7.2 step 17.
        guard data.flags.contains(.userVerified) else { throw .userNotVerified }
        // Level 3: what cannot be backed up is not backed up.
        guard data.flags.contains(.backupEligible) || !data.flags.contains(.backedUp) else {
            throw .backupStateImpossible
        }
    }
}
