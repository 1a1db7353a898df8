import Foundation
import RPC

/// An e-mail address, which is what a user signs in by. Only its outline is checked: whether it exists, mail must tell.
struct EmailAddress: Sendable, Hashable {
    /// RFC 5321 section 4.5.3.1.3, less the two angle brackets.
    private static let bytesMax = 254

    static let fault = FieldFault("email", "invalid", "must be an e-mail address such as a@example.com")

    /// As it was written, without white space around it.
    let text: String
    /// As it is compared.
    let key: String

    /// Nil unless it is something, one @, something, without white space or control characters.
    init?(_ text: String) {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.bytesMax, parts.count == 2, parts.allSatisfy({ !$0.isEmpty }),
            text.unicodeScalars.allSatisfy({ !$0.properties.isWhitespace && $0.properties.generalCategory != .control })
        else { return nil }
        self.text = text
        key = ComparableText.key(of: text)
    }

    var localPart: String { String(text.prefix { $0 != "@" }) }
}

/// Text as it is compared and searched: NFKC, lower case, without white space around it.
enum ComparableText {
    static func key(of text: String) -> String {
        text.precomposedStringWithCompatibilityMapping.lowercased().trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
