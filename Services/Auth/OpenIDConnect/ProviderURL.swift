import Foundation

/// A URL that sign-ins may go to: https; http only within this machine, for development and tests.
struct ProviderURL: Sendable {
    private static let bytesMax = 2048
    private static let loopback: Set = ["localhost", "127.0.0.1", "::1", "[::1]"]

    let text: String
    let path: String
    let hasQuery: Bool

    /// Nil for any other text; also with credentials or a fragment in it.
    init?(_ text: String) {
        guard text.utf8.count <= Self.bytesMax, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty, parts.user == nil,
            parts.password == nil, parts.fragment == nil
        else { return nil }
        guard parts.scheme == "https" || (parts.scheme == "http" && Self.loopback.contains(host)) else { return nil }
        self.text = text
        path = parts.percentEncodedPath
        hasQuery = parts.percentEncodedQuery != nil
    }

    /// With more parameters in its query (RFC 6749 section 3.1).
    func with(_ parameters: KeyValuePairs<String, String>) -> String {
        text + (hasQuery ? "&" : "?") + FormText.encode(parameters)
    }
}
