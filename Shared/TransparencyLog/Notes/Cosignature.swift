import Foundation

/// The bytes of a witness's signature and what it is over (C2SP tlog-cosignature).
/// ```
/// ┌──────────────────────────┬───────────────┐     cosignature/v1\n
/// │ time, 8 bytes big-endian │ Ed25519, 64   │     time 1679315147\n
/// └──────────────────────────┴───────────────┘     the text of the note
/// ```
enum Cosignature {
    static let byteCount = 72

    /// Seconds since 1970; nil for another length or a time over 2⁶³ − 1.
    static func time(of signature: Data) -> Int64? {
        guard signature.count == byteCount else { return nil }
        return Int64(exactly: signature.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    static func bytes(of seconds: Int64) -> Data { withUnsafeBytes(of: seconds.bigEndian) { Data($0) } }

    static func message(_ text: some Collection<UInt8>, at seconds: Int64) -> Data {
        Data("cosignature/v1\ntime \(seconds)\n".utf8) + text
    }
}
