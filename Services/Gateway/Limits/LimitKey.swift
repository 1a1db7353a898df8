import Crypto
import Foundation
import Glibc

/// Whose budget it is, as 128 bits: an IPv4 address, an IPv6 network, a user's id, or a digest. Making and hashing one
/// allocates nothing.
struct LimitKey: Sendable, Hashable {
    let high: UInt64
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    init(_ id: UUID) {
        let pair = withUnsafeBytes(of: id.uuid) { Self.words($0) }
        self.init(high: pair.0, low: pair.1)
    }

    /// The first half of a SHA-256.
    init(_ digest: SHA256.Digest) {
        let pair = digest.withUnsafeBytes { Self.words($0) }
        self.init(high: pair.0, low: pair.1)
    }

    /// IPv6 customers own a /64 (RFC 6177), so that is what one address means. An IPv4-mapped one is the IPv4 address.
    init(address: String) {
        if let four = Self.ipv4(address.utf8) {
            self.init(four: four)
            return
        }
        var bytes = in6_addr()
        guard inet_pton(AF_INET6, address, &bytes) == 1 else {
            self.init(SHA256.hash(data: Data(address.utf8)))
            return
        }
        let (network, host) = withUnsafeBytes(of: &bytes) { Self.words($0) }
        if network == 0, host >> 32 == 0xFFFF {
            self.init(four: UInt32(truncatingIfNeeded: host))
        } else {
            self.init(high: network, low: Self.networkMark)
        }
    }

    private init(four: UInt32) { self.init(high: UInt64(four), low: Self.fourMark) }

    // They keep an IPv4 address and the network of the same number apart.
    private static let fourMark: UInt64 = 4
    private static let networkMark: UInt64 = 6

    /// The first 16 bytes.
    private static func words(_ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt64) {
        (
            UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        )
    }

    private static func ipv4(_ text: String.UTF8View) -> UInt32? {
        var address: UInt32 = 0
        var part: UInt32 = 0
        var digits = 0
        var dots = 0
        for byte in text {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                part = part * 10 + UInt32(byte - UInt8(ascii: "0"))
                digits += 1
                guard digits <= 3, part <= 255 else { return nil }
            case UInt8(ascii: "."):
                guard digits > 0, dots < 3 else { return nil }
                address = address << 8 | part
                (part, digits, dots) = (0, 0, dots + 1)
            default: return nil
            }
        }
        return digits > 0 && dots == 3 ? address << 8 | part : nil
    }
}

extension LimitKey {
    private struct SignIn: Decodable {
        let email: String?
    }

    /// As auth takes a sign-in's body.
    private static let bodyBytesMax = 4096

    /// The account that a sign-in is for; nil when the body names none, as with a passkey alone.
    ///
    /// Read by the decoder that auth uses and compared as auth compares: if they differed, as on a member that is there
    /// twice, one account would have many budgets.
    /// - Parameter device: of which the account has a budget of its own.
    init?(signIn body: some Collection<UInt8>, device: Substring? = nil) {
        guard body.count <= Self.bodyBytesMax,
            let email = try? JSONDecoder().decode(SignIn.self, from: Data(body)).email
        else { return nil }
        let account = email.precomposedStringWithCompatibilityMapping.lowercased()
            .trimmingCharacters(in: .whitespacesAndNewlines)
        guard !account.isEmpty else { return nil }
        // No device has a NUL in it.
        self.init(SHA256.hash(data: Data((device.map { "\(account)\u{0}\($0)" } ?? account).utf8)))
    }
}
