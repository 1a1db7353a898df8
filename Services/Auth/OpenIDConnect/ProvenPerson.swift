import Contracts
import Foundation
import Tokens

/// Who the provider says it is: the pair that names him for ever, and what is told of him today.
struct ProvenPerson: Sendable {
    private static let nameScalarsMax = 120

    let issuer: String
    let subject: String
    /// Nil unless the provider vouches for it.
    let email: EmailAddress?
    let name: String
    let groups: [String]

    /// - Parameter claims: of a verified ID token, and of the user-info endpoint.
    init(_ claims: [String: TokenJSON], _ settings: OpenIDSettings) {
        issuer = settings.issuer
        subject = claims["sub"]?.string ?? ""
        groups = claims[settings.groupsClaim].map(\.texts) ?? []
        let isVouchedFor: Bool =
            switch claims["email_verified"] {
            // Some providers send the word.
            case .bool(true), .string("true"): true
            case nil: settings.trustsEmail
            default: false
            }
        email = isVouchedFor ? claims["email"]?.string.flatMap(EmailAddress.init) : nil
        let names = ["name", "preferred_username"].compactMap { claims[$0]?.string } + [email?.localPart ?? ""]
        name = names.lazy.map(Self.oneLine).first { !$0.isEmpty } ?? "Unnamed"
    }

    /// Whether the user-info endpoint should be asked for what the token leaves out.
    static func isIncomplete(_ claims: [String: TokenJSON], _ settings: OpenIDSettings) -> Bool {
        claims[settings.groupsClaim] == nil || claims["email"] == nil
    }

    /// Where both say something, the ID token counts, because it is signed. `email` and `email_verified` are taken from the
    /// same of the two: neither may vouch for the e-mail that the other one names.
    /// - Parameters:
    ///   - signed: claims of the ID token.
    ///   - told: what the user-info endpoint says.
    static func completed(
        _ signed: [String: TokenJSON], by told: [String: TokenJSON]
    ) -> [String: TokenJSON] {
        var signed = signed
        var told = told
        for claim in ["email", "email_verified"] {
            if signed["email"] == nil { signed[claim] = nil } else { told[claim] = nil }
        }
        return signed.merging(told) { signed, _ in signed }
    }

    private static func oneLine(_ text: String) -> String {
        let scalars = text.unicodeScalars.filter { $0.properties.generalCategory != .control }
        let trimmed = String(String.UnicodeScalarView(scalars)).trimmingCharacters(in: .whitespacesAndNewlines)
        return String(String.UnicodeScalarView(trimmed.unicodeScalars.prefix(nameScalarsMax)))
    }
}
