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

package enum PasskeyType: String, Codable, Sendable, CaseIterable { case publicKey = "public-key" }
