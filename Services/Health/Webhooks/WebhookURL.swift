import Foundation
import NIOCore
import RPC

/// Where an endpoint takes events: `https`, a host, and nothing that two programs could read differently.
struct WebhookURL: Sendable, Hashable {
    static let lengths = 9...2000

    let text: String
    /// In lower case; an IPv6 address without its brackets.
    let host: String

    /// The address, when the host is one.
    var address: SocketAddress? { try? SocketAddress(ipAddress: host, port: 0) }

    /// - Throws: the fault of the field `url`.
    init(_ text: String, _ rule: AddressRule) throws(RefusedURL) {
        guard Self.lengths.contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            var parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            let host = parts.encodedHost
        else { throw RefusedURL("invalid", "must be a URL of 9 to 2000 ASCII characters") }
        guard scheme == "https" || (scheme == "http" && rule == .any) else {
            throw RefusedURL("invalid", "must begin with https://")
        }
        guard parts.user == nil, parts.password == nil, parts.fragment == nil else {
            throw RefusedURL("invalid", "must have no user, password or fragment")
        }
        if let port = parts.port, !(1...65_535).contains(port) {
            throw RefusedURL("invalid", "must have a port from 1 to 65535")
        }
        let name = host.lowercased()
        let bare = name.hasPrefix("[") && name.hasSuffix("]") ? String(name.dropFirst().dropLast()) : name
        let literal = try? SocketAddress(ipAddress: bare, port: 0)
        guard literal != nil || Self.isName(bare) else {
            throw RefusedURL("invalid", "must have the name of a host, or its address")
        }
        if let literal, !rule.allows(literal) {
            throw RefusedURL("not_public", "must not lead into a private network")
        }
        parts.scheme = scheme
        parts.encodedHost = name
        guard let whole = parts.string else { throw RefusedURL("invalid", "must be a URL") }
        self.text = whole
        self.host = bare
    }

    private static func isName(_ host: String) -> Bool {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        return host.utf8.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy {
                        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-")
                    }
            }
    }
}

/// What is wrong with a URL.
struct RefusedURL: Error, Hashable {
    let code, message: String

    init(_ code: String, _ message: String) {
        self.code = code
        self.message = message
    }

    var fault: FieldFault { FieldFault("url", code, message) }
}
