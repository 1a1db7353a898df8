import Glibc

/// An IP address in one form, so that no second spelling of it is a second client: IPv4-mapped IPv6 is IPv4.
struct IPAddress: Hashable, Sendable {
    /// 128 bits; an IPv4 address is the last 32 after `::ffff:` (RFC 4291 §2.5.5.2).
    let high, low: UInt64

    static let mappedPrefix: UInt64 = 0xFFFF << 32
    /// The longest spelling: eight groups, the last two as IPv4.
    private static let charactersMax = 45

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// An address by itself: no port, brackets, zone or white space.
    init?(_ text: some StringProtocol) {
        // inet_pton stops at a NUL, behind which anything might stand.
        guard text.utf8.count <= Self.charactersMax, !text.utf8.contains(0) else { return nil }
        if text.utf8.contains(UInt8(ascii: ":")) {
            guard let words = Self.words(AF_INET6, String(text), bytes: 16) else { return nil }
            self.init(high: words.high, low: words.low)
        } else {
            guard let words = Self.words(AF_INET, String(text), bytes: 4) else { return nil }
            self.init(high: 0, low: Self.mappedPrefix | words.low)
        }
    }

    /// As a proxy writes it into `X-Forwarded-For`: with white space around it, a port behind it, IPv6 in brackets or not.
    init?(forwarded text: Substring) {
        // Beyond ASCII, what Swift calls one character may begin with a byte that means something here.
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        guard let first = text.utf8.firstIndex(where: { !isBlank($0) }),
            let last = text.utf8.lastIndex(where: { !isBlank($0) })
        else { return nil }
        let trimmed = text[first...last]
        let colon = UInt8(ascii: ":")
        if trimmed.utf8.first == UInt8(ascii: "[") {
            guard let end = trimmed.utf8.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            let inner = trimmed[..<end].dropFirst()
            let port = trimmed[end...].dropFirst()
            guard inner.utf8.contains(colon), port.isEmpty || port.utf8.first == colon && Self.isPort(port.dropFirst())
            else { return nil }
            self.init(inner)
        } else if let start = trimmed.utf8.firstIndex(of: colon), start == trimmed.utf8.lastIndex(of: colon) {
            guard Self.isPort(trimmed[start...].dropFirst()) else { return nil }
            self.init(trimmed[..<start])
        } else {
            self.init(trimmed)
        }
    }

    private static func isPort(_ text: some StringProtocol) -> Bool {
        (1...5).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) } && UInt16(text) != nil
    }

    private static func words(_ family: Int32, _ text: String, bytes count: Int) -> (high: UInt64, low: UInt64)? {
        var bytes = [UInt8](repeating: 0, count: count)
        guard inet_pton(family, text, &bytes) == 1 else { return nil }
        let word = { (part: ArraySlice<UInt8>) in part.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        return (word(bytes.dropLast(8)), word(bytes.suffix(8)))
    }

    var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// The one spelling: dotted for IPv4, RFC 5952 for IPv6.
    var text: String {
        let bytes = [high, low].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }
        }
        var buffer = [CChar](repeating: 0, count: Self.charactersMax + 1)
        guard
            inet_ntop(
                isIPv4 ? AF_INET : AF_INET6, isIPv4 ? Array(bytes.suffix(4)) : bytes, &buffer, socklen_t(buffer.count))
                != nil
        else { return "" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
