/// Base 32 without padding (RFC 4648 section 6), in an alphabet of 32 characters. Decoding is strict: one text for each value.
struct Base32: Sendable {
    /// That of the RFC, in which authenticator apps take their secrets.
    static let standard = Base32("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    /// Digits and lower case letters but for i, l, o, u: none of its characters can be taken for another one of it.
    static let readable = Base32("0123456789abcdefghjkmnpqrstvwxyz")

    private let alphabet: [UInt8]

    private init(_ alphabet: String) { self.alphabet = Array(alphabet.utf8) }

    func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        var pending: UInt32 = 0
        var bits = 0
        for byte in bytes {
            pending = pending << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(alphabet[Int(pending >> bits & 31)])
            }
        }
        if bits > 0 { text.append(alphabet[Int(pending << (5 - bits) & 31)]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil for characters of another alphabet, lengths that no value has, and bits behind the value that are not zero.
    func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var pending: UInt32 = 0
        var bits = 0
        for character in text.utf8 {
            guard let value = alphabet.firstIndex(of: character) else { return nil }
            pending = pending << 5 | UInt32(value)
            bits += 5
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> bits))
            }
        }
        guard bits < 5, pending & (1 << bits - 1) == 0 else { return nil }
        return bytes
    }
}
