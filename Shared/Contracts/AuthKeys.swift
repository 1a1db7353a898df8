package import RPC

// What an operator asks of the keys that sign access tokens; `rotateKeys` makes a new one.
extension AuthMethods {
    package static let listKeys = RPCMethod<Nothing, SigningKeyList>(
        0x0141, "auth.keys.list", callers: [Peer.operator], isIdempotent: true)
}

/// A key's way: announced, signing, known while what it signed lives, kept for the record.
package enum SigningKeyState: String, Codable, Sendable, CaseIterable { case next, active, replaced, retired }

package struct SigningKeyFacts: Codable, Sendable, Hashable {
    package var kid: String
    package var state: SigningKeyState
    package var createdAt: Instant
    /// When it got its state.
    package var changedAt: Instant

    package init(kid: String, state: SigningKeyState, createdAt: Instant, changedAt: Instant) {
        self.kid = kid
        self.state = state
        self.createdAt = createdAt
        self.changedAt = changedAt
    }
}

package struct SigningKeyList: Codable, Sendable, Hashable {
    /// The newest 100, newest first.
    package var items: [SigningKeyFacts]

    package init(items: [SigningKeyFacts]) { self.items = items }
}
