import Contracts
import Foundation
import RPC

/// A password as somebody typed it, and the rule for choosing one (NIST SP 800-63B: it must be long and not about its
/// owner; of what characters it is made does not matter).
struct PasswordText: Sendable {
    /// Unicode scalars after normalization. Fifteen, because it is the only factor.
    static let lengths = 15...128
    /// A longer text cannot be anybody's password, and is not worth hashing.
    private static let bytesMax = 4 * 1024
    /// A shorter name would forbid half of all passwords.
    private static let namedLengthMin = 4

    /// NFKC: two keyboards may send one letter in two ways. The empty text, nobody's password, stands for one that is
    /// too long.
    let normalized: String

    init(_ text: String) {
        normalized = text.utf8.count <= Self.bytesMax ? text.precomposedStringWithCompatibilityMapping : ""
    }

    /// What is wrong with it as a new password of this user; nil when it will do.
    func fault(email: EmailAddress?, name: String) -> FieldFault? {
        let length = normalized.unicodeScalars.count
        if length < Self.lengths.lowerBound {
            return FieldFault("password", "too_short", "must have at least \(Self.lengths.lowerBound) characters")
        }
        if length > Self.lengths.upperBound {
            return FieldFault("password", "too_long", "must have at most \(Self.lengths.upperBound) characters")
        }
        let words = [email?.localPart ?? "", name].map { ComparableText.key(of: $0) }
        let compared = ComparableText.key(of: normalized)
        if words.contains(where: { $0.unicodeScalars.count >= Self.namedLengthMin && compared.contains($0) }) {
            return FieldFault("password", "contains_name", "must not contain the name or the e-mail's part before @")
        }
        return nil
    }
}
