import Crypto
package import Foundation

/// 32 bytes of SHA-256, held inline: a verification makes millions of them and must not allocate for each.
package struct MerkleHash: Hashable, Sendable {
    package static let byteCount = 32

    private let words: SIMD4<UInt64>

    /// Nil for anything but 32 bytes.
    package init?(_ data: Data) {
        guard data.count == Self.byteCount else { return nil }
        words = data.withUnsafeBytes { $0.loadUnaligned(as: SIMD4<UInt64>.self) }
    }

    /// From the one spelling in base64 that 32 bytes have.
    package init?(base64 text: String) { self.init(base64: text.utf8) }

    init?(base64 text: some Collection<UInt8>) {
        guard let data = StrictBase64.decode(text) else { return nil }
        self.init(data)
    }

    private init(_ digest: SHA256.Digest) {
        words = digest.withUnsafeBytes { $0.loadUnaligned(as: SIMD4<UInt64>.self) }
    }

    package var data: Data { withUnsafeBytes(of: words) { Data($0) } }

    package var base64: String { data.base64EncodedString() }

    func write(to out: inout Data) { withUnsafeBytes(of: words) { out.append(contentsOf: $0) } }
}

/// RFC 6962 section 2.1. The first byte keeps a leaf from ever being read as an inner node, and the other way round.
extension MerkleHash {
    /// The hash of a tree without entries: SHA-256 of nothing.
    package static let empty = MerkleHash(SHA256.hash(data: Data()))

    /// SHA-256(0x00 ‖ entry)
    package static func leaf(_ entry: Data) -> MerkleHash { entry.withUnsafeBytes { leaf($0) } }

    package static func leaf(_ entry: UnsafeRawBufferPointer) -> MerkleHash {
        var hasher = SHA256()
        withUnsafeBytes(of: UInt8(0x00)) { hasher.update(bufferPointer: $0) }
        hasher.update(bufferPointer: entry)
        return MerkleHash(hasher.finalize())
    }

    /// SHA-256(0x01 ‖ left ‖ right)
    package static func node(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
        var hasher = SHA256()
        withUnsafeBytes(of: UInt8(0x01)) { hasher.update(bufferPointer: $0) }
        withUnsafeBytes(of: left.words) { hasher.update(bufferPointer: $0) }
        withUnsafeBytes(of: right.words) { hasher.update(bufferPointer: $0) }
        return MerkleHash(hasher.finalize())
    }
}
