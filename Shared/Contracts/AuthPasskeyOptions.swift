// What a browser is asked for; see `AuthPasskeys.swift`.

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
