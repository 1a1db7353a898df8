package import RPC

// What a user proves himself by beside his password: an authenticator app, and recovery codes that stand in for it.
extension AuthMethods {
    package static let listFactors = RPCMethod<Nothing, FactorList>(
        0x0128, "auth.factors.list", callers: [Peer.gateway], isIdempotent: true)
    package static let beginTOTP = RPCMethod<Nothing, TOTPEnrolment>(
        0x0129, "auth.factors.totp.begin", callers: [Peer.gateway])
    package static let confirmTOTP = RPCMethod<TOTPConfirmation, RecoveryCodeSet>(
        0x012A, "auth.factors.totp.confirm", callers: [Peer.gateway])
    package static let removeTOTP = RPCMethod<Nothing, Nothing>(
        0x012B, "auth.factors.totp.remove", callers: [Peer.gateway])
    package static let renewRecoveryCodes = RPCMethod<Nothing, RecoveryCodeSet>(
        0x012C, "auth.factors.codes.renew", callers: [Peer.gateway])
    package static let resetFactors = RPCMethod<Nothing, Nothing>(
        0x012D, "auth.factors.reset", callers: [Peer.gateway])
}

package struct FactorList: Codable, Sendable, Hashable {
    /// Left out while no app is turned on.
    package var totp: TOTPFactor?
    package var recoveryCodesLeft: Int
    package var passkeys: Int
    /// Whether the user's role should not sign in by a password alone.
    package var required: Bool

    package init(totp: TOTPFactor?, recoveryCodesLeft: Int, passkeys: Int, required: Bool) {
        self.totp = totp
        self.recoveryCodesLeft = recoveryCodesLeft
        self.passkeys = passkeys
        self.required = required
    }
}

package struct TOTPFactor: Codable, Sendable, Hashable {
    package var enabledAt: Instant

    package init(enabledAt: Instant) { self.enabledAt = enabledAt }
}

/// An authenticator app that is being set up; it counts once a code of it was sent.
package struct TOTPEnrolment: Codable, Sendable {
    /// Base 32, for typing it in. Told this once.
    package var secret: String
    /// `otpauth://…`, with the secret in it.
    package var uri: String
    /// The same as a QR code, an SVG document.
    package var qr: String
    package var expiresAt: Instant

    package init(secret: String, uri: String, qr: String, expiresAt: Instant) {
        self.secret = secret
        self.uri = uri
        self.qr = qr
        self.expiresAt = expiresAt
    }
}

package struct TOTPConfirmation: Codable, Sendable {
    /// The six digits that the app shows.
    package var code: String

    package init(code: String) { self.code = code }
}

package struct RecoveryCodeSet: Codable, Sendable {
    /// Each good once, in place of a code of the app. Told this once.
    package var codes: [String]

    package init(codes: [String]) { self.codes = codes }
}
