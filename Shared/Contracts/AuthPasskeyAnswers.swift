// What a browser answers; see `AuthPasskeys.swift`. The two answers look alike and stay two types: the OpenAPI document
// names its schemas after them.

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
