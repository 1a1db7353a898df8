import Foundation

/// `application/x-www-form-urlencoded`, as OAuth uses it (RFC 6749 appendix B).
enum FormText {
    private static let plain = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    static func encode(_ parameters: KeyValuePairs<String, String>) -> String {
        parameters.map { "\(escaped($0.key))=\(escaped($0.value))" }.joined(separator: "&")
    }

    /// A space as `%20`, which decodes to the same everywhere. A Swift string has no text that cannot be encoded.
    static func escaped(_ text: String) -> String { text.addingPercentEncoding(withAllowedCharacters: plain) ?? "" }
}
