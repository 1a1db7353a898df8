import Contracts
import RPC

/// Why what an authenticator answered is not taken. The raw value is for programs and logs.
enum PasskeyRefusal: String, Error, CaseIterable {
    /// Not what the standards call such an answer.
    case malformed
    case wrongType = "wrong_type"
    /// Never issued, used, too old, or issued for something or somebody else.
    case challengeUnknown = "challenge_unknown"
    case wrongOrigin = "wrong_origin"
    case crossOrigin = "cross_origin"
    case wrongRelyingParty = "wrong_relying_party"
    case userNotPresent = "user_not_present"
    case userNotVerified = "user_not_verified"
    case backupStateImpossible = "backup_state_impossible"
    case backupEligibilityChanged = "backup_eligibility_changed"
    case wrongAlgorithm = "wrong_algorithm"
    case badKey = "bad_key"
    case attestationNotNone = "attestation_not_none"
    case credentialMismatch = "credential_mismatch"
    case credentialTaken = "credential_taken"
    case credentialUnknown = "credential_unknown"
    case otherUser = "other_user"
    case badSignature = "bad_signature"
    /// The counter did not grow: there may be a copy of the authenticator.
    case counterStoodStill = "counter_stood_still"
}

extension PasskeyRefusal {
    /// What whoever adds a passkey is told. At a sign-in nobody is told more than that it failed.
    var fault: RPCFault {
        if self == .credentialTaken {
            return RPCFault(
                .alreadyExists, "passkey_taken", "This passkey is known already; make a new one.",
                errors: [FieldFault("credential", rawValue, words)])
        }
        return RPCFault(
            .invalidArgument, "passkey_invalid", "This passkey cannot be added; see errors.",
            errors: [FieldFault("credential", rawValue, words)])
    }

    private var words: String {
        switch self {
        case .malformed: "is not what a browser makes of a new passkey"
        case .wrongType: "must be the answer to the making of a passkey"
        case .challengeUnknown: "answers no challenge that still waits in this session; ask for new options"
        case .wrongOrigin: "was made on a page of another origin"
        case .crossOrigin: "was made in a frame on a page of another origin"
        case .wrongRelyingParty: "was made for another site"
        case .userNotPresent: "must be made in somebody's presence"
        case .userNotVerified: "must be protected by a PIN, a fingerprint or the like"
        case .backupStateImpossible: "says that it is backed up and that it cannot be"
        case .backupEligibilityChanged: "says something else on backups than before"
        case .wrongAlgorithm: "must sign by ES256"
        case .badKey: "has a public key that is no point of P-256"
        case .attestationNotNone: "must come without an attestation"
        case .credentialMismatch: "names two different credentials"
        case .credentialTaken: "belongs to somebody already"
        case .credentialUnknown: "is not known"
        case .otherUser: "belongs to another user"
        case .badSignature: "is not signed by its key"
        case .counterStoodStill: "has a counter that did not grow"
        }
    }
}
