import Contracts
import Foundation
import RPC

/// A password as somebody typed it, and the rule for choosing one (NIST SP 800-63B-4 section 3.1.1.2, OWASP ASVS 5 chapter
/// 6.2): long, and nothing that is tried first; of what characters it is made does not matter, and nothing is cut off.
struct PasswordText: Sendable {
    /// Whether the password stands alone.
    enum Use: Sendable {
        case onlyFactor
        /// The account has a second factor.
        case besideSecondFactor

        /// Unicode scalars after normalization.
        var lengthMin: Int { self == .onlyFactor ? 15 : 8 }
    }

    /// Unicode scalars after normalization.
    static let lengthMax = 128
    /// A longer text cannot be anybody's password, and is not worth hashing.
    private static let bytesMax = 4 * 1024

    /// NFKC: two keyboards may send one letter in two ways. The empty text, nobody's password, stands for one that is
    /// too long.
    let normalized: String
    private let isOversized: Bool

    init(_ text: String) {
        isOversized = text.utf8.count > Self.bytesMax
        normalized = isOversized ? "" : text.precomposedStringWithCompatibilityMapping
    }

    /// What is wrong with it as a new password of this user; nil when it will do.
    /// - Parameter firm: the name of the firm that all of this is for, as the settings have it.
    func fault(email: EmailAddress?, name: String, firm: String? = nil, use: Use = .onlyFactor) -> FieldFault? {
        refusal(email: email, name: name, firm: firm, use: use).map { refusal in
            FieldFault("password", refusal.rawValue, refusal.message(use))
        }
    }

    private enum Refusal: String {
        case tooShort = "too_short"
        case tooLong = "too_long"
        case containsName = "contains_name"
        case sequential, common, repetitive

        func message(_ use: Use) -> String {
            switch self {
            case .tooShort: "must have at least \(use.lengthMin) characters"
            case .tooLong: "must have at most \(PasswordText.lengthMax) characters"
            case .containsName:
                "must not contain a part of the person's name or e-mail address, or the firm's or the product's name"
            case .sequential:
                "must not follow the alphabet, the numbers or the keyboard; take several words that have nothing in common"
            case .common:
                "must not be a widely used password, with digits or signs around it either; take several words"
            case .repetitive:
                "must not repeat the same characters; take several words that have nothing in common"
            }
        }
    }

    private func refusal(email: EmailAddress?, name: String, firm: String?, use: Use) -> Refusal? {
        let length = normalized.unicodeScalars.count
        if isOversized || length > Self.lengthMax { return .tooLong }
        if length < use.lengthMin { return .tooShort }
        let key = ComparableText.key(of: normalized)
        let pattern = PasswordPattern(key)
        if ContextWords(email: email, name: name, firm: firm).occur(in: key) { return .containsName }
        if CommonPasswords.contain(key) { return .common }
        if pattern.isRepetitive(lengthMin: use.lengthMin) { return .repetitive }
        return pattern.isSequential ? .sequential : nil
    }
}
