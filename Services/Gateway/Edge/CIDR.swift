import ServiceKit

/// A network such as `10.0.0.0/8` or `2001:db8::/32`; an address by itself is a network of one.
///
/// An IPv6 network never holds IPv4 addresses: who trusts `::/0` has said nothing of IPv4. IPv4-mapped networks
/// (`::ffff:10.0.0.0/104`) are IPv4.
struct CIDR: Hashable, Sendable {
    let network: IPAddress
    /// Of the 128 bits that an address has here; 96 and more for IPv4.
    private let prefixBits: Int
    private let isIPv4: Bool

    /// - Throws: what is wrong with it. Bits behind the prefix are an error: either the address or the length is a mistake,
    ///   and only its author knows which.
    init(_ text: some StringProtocol) throws(SettingsError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(first) else {
            throw SettingsError("\(text) is no network such as 10.0.0.0/8 or 2001:db8::/32")
        }
        let isDotted = !first.utf8.contains(UInt8(ascii: ":"))
        let bitsMax = isDotted ? 32 : 128
        guard let bits = parts.count > 1 ? Self.length(parts[1]) : bitsMax, bits <= bitsMax else {
            throw SettingsError("\(text) must end in a length from /0 to /\(bitsMax)")
        }
        network = address
        prefixBits = isDotted ? bits + 96 : bits
        isIPv4 = address.isIPv4 && prefixBits >= 96
        let mask = Self.mask(prefixBits)
        guard address.high & ~mask.high == 0, address.low & ~mask.low == 0 else {
            throw SettingsError("\(text) has bits set behind the first \(bits)")
        }
    }

    /// Digits without a sign or a leading zero.
    private static func length(_ text: some StringProtocol) -> Int? {
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            text == "0" || text.utf8.first != 0x30
        else { return nil }
        return Int(text)
    }

    private static func mask(_ bits: Int) -> (high: UInt64, low: UInt64) {
        // A shift by 64 or more leaves nothing, as Swift's smart shifts do.
        (UInt64.max << (64 - min(bits, 64)), UInt64.max << (128 - max(bits, 64)))
    }

    func contains(_ address: IPAddress) -> Bool {
        guard address.isIPv4 == isIPv4 else { return false }
        let mask = Self.mask(prefixBits)
        return address.high & mask.high == network.high && address.low & mask.low == network.low
    }
}
