import Foundation

/// What somebody who knows a person, or where he works, tries first (OWASP ASVS 5, 6.1.2 and 6.2.11): names, the e-mail
/// address, the firm, the product. Code names of deals are secrets of the deals service and not known here; people must be
/// told to keep them out of passwords.
struct ContextWords: Sendable {
    /// A shorter word would forbid half of all passwords.
    private static let lengthMin = 4
    private static let product = ["ibpipeline", "pipeline"]

    private let words: Set<String>

    init(email: EmailAddress?, name: String, firm: String?) {
        let domain = (email?.domain ?? "").split(separator: ".").dropLast().map(String.init)
        let texts = [email?.localPart ?? "", name, firm ?? ""] + domain + Self.product
        words = Set(texts.flatMap(Self.words).filter { $0.unicodeScalars.count >= Self.lengthMin })
    }

    /// - Parameter key: NFKC, lower case.
    func occur(in key: String) -> Bool { words.contains { key.contains($0) } }

    /// The whole, the whole without what stands between its parts, and its parts.
    private static func words(of text: String) -> [String] {
        let key = ComparableText.key(of: text)
        let parts = key.split { !$0.isLetter && !$0.isNumber }.map(String.init)
        return [key, parts.joined()] + parts
    }
}

extension EmailAddress {
    fileprivate var domain: String { String(text.drop { $0 != "@" }.dropFirst()) }
}
