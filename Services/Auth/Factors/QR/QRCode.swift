/// A QR code (ISO/IEC 18004) of some bytes at error correction level M, which reads with 15 % of it damaged; the smallest of
/// the versions 1 to 10 that holds them.
struct QRCode: Sendable {
    /// What version 10 holds.
    static let bytesMax = QRVersion.largest.bytesMax

    let version: QRVersion
    let mask: QRMask
    let modules: QRModules

    /// Nil when the bytes are more than `bytesMax`.
    /// - Parameter mask: the one that scanners read best when left out.
    init?(_ bytes: some Collection<UInt8>, mask: QRMask? = nil) {
        guard let version = QRVersion.smallest(for: bytes.count) else { return nil }
        let codewords = QRCodewords.of(bytes, version)
        let candidates = (mask.map { [$0] } ?? QRMask.all).map { mask in
            let modules = QRModules(version, codewords, mask)
            return (mask: mask, modules: modules, points: QRPenalty.of(modules))
        }
        guard let best = candidates.min(by: { $0.points < $1.points }) else { return nil }
        self.version = version
        self.mask = best.mask
        modules = best.modules
    }
}
