/// A host with or without a port (RFC 3986 §3.2 without user information), in one spelling.
struct Authority: Hashable, Sendable {
    /// In lower case; an IPv6 address in brackets and as RFC 5952 writes it.
    let host: String
    let port: UInt16?

    init(host: String, port: UInt16?) {
        self.host = host
        self.port = port
    }

    /// Nil for what is no host name, IPv4 address or IPv6 address in brackets: wildcards, user names, a trailing dot, an
    /// IPv6 address that holds an IPv4 one, port 0.
    init?(_ text: some StringProtocol) {
        // Beyond ASCII, what Swift calls one character may begin with a byte that means something here.
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let colon = UInt8(ascii: ":")
        let hostEnd: String.Index
        if text.utf8.first == UInt8(ascii: "[") {
            guard let end = text.utf8.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            hostEnd = text.utf8.index(after: end)
            let inner = text[..<end].dropFirst()
            guard inner.utf8.contains(colon), let address = IPAddress(inner)?.text,
                !address.utf8.contains(UInt8(ascii: "."))
            else { return nil }
            host = "[\(address)]"
        } else {
            hostEnd = text.utf8.firstIndex(of: colon) ?? text.endIndex
            guard Self.isName(text[..<hostEnd]) else { return nil }
            host = text[..<hostEnd].lowercased()
        }
        let rest = text[hostEnd...]
        guard !rest.isEmpty else {
            port = nil
            return
        }
        let digits = rest.dropFirst()
        guard rest.utf8.first == colon, (1...5).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(digits), number > 0
        else { return nil }
        port = number
    }

    /// RFC 1123 §2.1, and the underscore that some internal names have.
    private static func isName(_ text: some StringProtocol) -> Bool {
        (1...253).contains(text.utf8.count)
            && text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.count) && label.first != 0x2D && label.last != 0x2D
                    && label.allSatisfy { byte in
                        switch byte {
                        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
                        default: false
                        }
                    }
            }
    }

    /// Without the port that the scheme has anyway.
    func without(defaultPort: UInt16) -> Authority {
        port == defaultPort ? Authority(host: host, port: nil) : self
    }

    var text: String { port.map { "\(host):\($0)" } ?? host }
}
