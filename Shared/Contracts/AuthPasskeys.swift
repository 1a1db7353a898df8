package import Foundation
package import RPC

// Passkeys, in the JSON that browsers read and write themselves (WebAuthn level 3, section 5.1): a page hands the options to
// `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`, and sends what `toJSON` gives it, both
// unread. Bytes are base64url.
extension AuthMethods {
    package static let passkeyCreation = RPCMethod<Nothing, PasskeyCreation>(
        0x0130, "auth.passkeys.creation", callers: [Peer.gateway])
    package static let addPasskey = RPCMethod<NewPasskey, Passkey>(0x0131, "auth.passkeys.add", callers: [Peer.gateway])
    package static let listPasskeys = RPCMethod<Nothing, PasskeyList>(
        0x0132, "auth.passkeys.list", callers: [Peer.gateway], isIdempotent: true)
    package static let removePasskey = RPCMethod<Nothing, Nothing>(
        0x0133, "auth.passkeys.remove", callers: [Peer.gateway])
    package static let passkeyRequest = RPCMethod<Nothing, PasskeyRequest>(
        0x0134, "auth.passkeys.request", callers: [Peer.gateway])
}

/// A passkey as its owner sees it in his list.
package struct Passkey: Codable, Sendable, Hashable {
    package var id: UUID
    package var name: String
    package var createdAt: Instant
    package var lastUsedAt: Instant?

    package init(id: UUID, name: String, createdAt: Instant, lastUsedAt: Instant?) {
        self.id = id
        self.name = name
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
    }
}

package struct PasskeyList: Codable, Sendable {
    /// Newest first.
    package var items: [Passkey]

    package init(items: [Passkey]) { self.items = items }
}

package struct NewPasskey: Codable, Sendable {
    /// What tells it from others, for its owner: 1 to 100 characters.
    package var name: String
    package var credential: PasskeyRegistration

    package init(name: String, credential: PasskeyRegistration) {
        self.name = name
        self.credential = credential
    }
}

/// What `navigator.credentials.create` takes.
package struct PasskeyCreation: Codable, Sendable {
    package var publicKey: PasskeyCreationOptions

    package init(publicKey: PasskeyCreationOptions) { self.publicKey = publicKey }
}

/// What `navigator.credentials.get` takes.
package struct PasskeyRequest: Codable, Sendable {
    package var publicKey: PasskeyRequestOptions

    package init(publicKey: PasskeyRequestOptions) { self.publicKey = publicKey }
}

package enum PasskeyType: String, Codable, Sendable, CaseIterable { case publicKey = "public-key" }

/// `PublicKeyCredentialCreationOptionsJSON`
package struct PasskeyCreationOptions: Codable, Sendable {
    package var rp: PasskeyParty
    package var user: PasskeyUser
    package var challenge: String
    package var pubKeyCredParams: [PasskeyAlgorithm]
    /// Milliseconds.
    package var timeout: Int
    package var excludeCredentials: [PasskeyDescriptor]
    package var authenticatorSelection: PasskeySelection
    package var attestation: String

    package init(
        rp: PasskeyParty, user: PasskeyUser, challenge: String, pubKeyCredParams: [PasskeyAlgorithm], timeout: Int,
        excludeCredentials: [PasskeyDescriptor], authenticatorSelection: PasskeySelection, attestation: String
    ) {
        self.rp = rp
        self.user = user
        self.challenge = challenge
        self.pubKeyCredParams = pubKeyCredParams
        self.timeout = timeout
        self.excludeCredentials = excludeCredentials
        self.authenticatorSelection = authenticatorSelection
        self.attestation = attestation
    }
}

/// `PublicKeyCredentialRpEntity`
package struct PasskeyParty: Codable, Sendable {
    package var id: String
    package var name: String

    package init(id: String, name: String) {
        self.id = id
        self.name = name
    }
}

/// `PublicKeyCredentialUserEntityJSON`
package struct PasskeyUser: Codable, Sendable {
    package var id: String
    package var name: String
    package var displayName: String

    package init(id: String, name: String, displayName: String) {
        self.id = id
        self.name = name
        self.displayName = displayName
    }
}

/// `PublicKeyCredentialParameters`
package struct PasskeyAlgorithm: Codable, Sendable {
    package var type: PasskeyType
    /// COSE: -7 is ES256.
    package var alg: Int

    package init(alg: Int) {
        type = .publicKey
        self.alg = alg
    }
}

/// `PublicKeyCredentialDescriptorJSON`
package struct PasskeyDescriptor: Codable, Sendable, Hashable {
    package var type: PasskeyType
    package var id: String
    package var transports: [String]

    package init(id: String, transports: [String]) {
        type = .publicKey
        self.id = id
        self.transports = transports
    }
}

/// `AuthenticatorSelectionCriteria`
package struct PasskeySelection: Codable, Sendable {
    package var residentKey: String
    /// The same for clients of level 1.
    package var requireResidentKey: Bool
    package var userVerification: String

    package init(residentKey: String, requireResidentKey: Bool, userVerification: String) {
        self.residentKey = residentKey
        self.requireResidentKey = requireResidentKey
        self.userVerification = userVerification
    }
}

/// `PublicKeyCredentialRequestOptionsJSON`
package struct PasskeyRequestOptions: Codable, Sendable {
    package var challenge: String
    /// Milliseconds.
    package var timeout: Int
    package var rpId: String
    /// Empty: the authenticator finds the passkey, and nobody learns who has one.
    package var allowCredentials: [PasskeyDescriptor]
    package var userVerification: String

    package init(
        challenge: String, timeout: Int, rpId: String, allowCredentials: [PasskeyDescriptor], userVerification: String
    ) {
        self.challenge = challenge
        self.timeout = timeout
        self.rpId = rpId
        self.allowCredentials = allowCredentials
        self.userVerification = userVerification
    }
}

/// `RegistrationResponseJSON`
package struct PasskeyRegistration: Codable, Sendable {
    package var id: String
    package var rawId: String
    package var type: PasskeyType
    package var authenticatorAttachment: String?
    package var clientExtensionResults: PasskeyExtensionResults?
    package var response: PasskeyAttestationResponse

    package init(id: String, response: PasskeyAttestationResponse) {
        self.id = id
        rawId = id
        type = .publicKey
        self.response = response
    }
}

/// `AuthenticatorAttestationResponseJSON`
package struct PasskeyAttestationResponse: Codable, Sendable {
    package var clientDataJSON: String
    package var attestationObject: String
    package var transports: [String]?
    /// From here on: copies of what is in the attestation object.
    package var authenticatorData: String?
    package var publicKey: String?
    package var publicKeyAlgorithm: Int?

    package init(clientDataJSON: String, attestationObject: String, transports: [String]? = nil) {
        self.clientDataJSON = clientDataJSON
        self.attestationObject = attestationObject
        self.transports = transports
    }
}

/// `AuthenticationResponseJSON`
package struct PasskeyAssertion: Codable, Sendable {
    package var id: String
    package var rawId: String
    package var type: PasskeyType
    package var authenticatorAttachment: String?
    package var clientExtensionResults: PasskeyExtensionResults?
    package var response: PasskeyAssertionResponse

    package init(id: String, response: PasskeyAssertionResponse) {
        self.id = id
        rawId = id
        type = .publicKey
        self.response = response
    }
}

/// `AuthenticatorAssertionResponseJSON`
package struct PasskeyAssertionResponse: Codable, Sendable {
    package var clientDataJSON: String
    package var authenticatorData: String
    package var signature: String
    package var userHandle: String?
    /// In browsers that follow a draft of level 3.
    package var attestationObject: String?

    package init(clientDataJSON: String, authenticatorData: String, signature: String, userHandle: String?) {
        self.clientDataJSON = clientDataJSON
        self.authenticatorData = authenticatorData
        self.signature = signature
        self.userHandle = userHandle
    }
}

/// `AuthenticationExtensionsClientOutputsJSON`: any members. No extension is asked for, and what one answers unasked must
/// be borne (section 7.1) and is not kept.
package struct PasskeyExtensionResults: Codable, Sendable, Hashable {
    package init() {}

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Member.self)
        // Asked for, no member is an unknown one.
        for member in members.allKeys { _ = members.contains(member) }
    }

    package func encode(to encoder: any Encoder) throws { _ = encoder.container(keyedBy: Member.self) }

    private struct Member: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
