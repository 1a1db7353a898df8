import Foundation

/// What an authenticator app reads out of a QR code: the secret, how its codes are made, and whose they are.
struct AuthenticatorURI: Sendable {
    static let issuer = "IBPipeline"
    /// The largest QR code that we draw holds so much.
    static let bytesMax = QRCode.bytesMax

    let text: String

    /// - Parameter email: names the entry in the app, no more: the end of a very long one is left out.
    init(_ totp: TOTP, email: String) {
        let start = "otpauth://totp/\(Self.issuer):"
        let end =
            "?secret=\(Base32.standard.encode(totp.secret))&issuer=\(Self.issuer)&algorithm=SHA1"
            + "&digits=\(TOTP.digitCount)&period=\(TOTP.periodSeconds)"
        text = start + Self.label(email, bytesMax: Self.bytesMax - start.utf8.count - end.utf8.count) + end
    }

    private static func label(_ email: String, bytesMax: Int) -> String {
        var label = ""
        for character in email {
            let part = encoded(character)
            guard label.utf8.count + part.utf8.count <= bytesMax else { break }
            label += part
        }
        return label
    }

    /// All but the unreserved characters of RFC 3986 section 2.3 in percent-encoding.
    private static func encoded(_ character: Character) -> String {
        if character.isASCII, character.isLetter || character.isNumber || "-._~".contains(character) {
            return String(character)
        }
        return String(character).utf8.map { byte in
            "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
