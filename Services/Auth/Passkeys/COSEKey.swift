import Crypto
import Foundation

/// The public key of a credential, as authenticators write it: COSE_Key (RFC 9052 section 7), an elliptic curve key of
/// P-256 for ES256 (RFC 9053 sections 2.1 and 7.1.1). No other kind is asked for.
struct COSEKey: Sendable {
    private static let (keyType, algorithm, curve, x, y) = (Int64(1), Int64(3), Int64(-1), Int64(-2), Int64(-3))
    /// ES256.
    static let es256: Int64 = -7
    private static let coordinateBytes = 32

    let publicKey: P256.Signing.PublicKey

    /// Coordinates of a point; refused unless it is on the curve.
    init(x: some Collection<UInt8>, y: some Collection<UInt8>) throws(PasskeyRefusal) {
        guard x.count == Self.coordinateBytes, y.count == Self.coordinateBytes,
            let key = try? P256.Signing.PublicKey(rawRepresentation: Data(x) + Data(y))
        else { throw .badKey }
        publicKey = key
    }

    /// For ES256 a key has just these five parameters, and a point is never compressed (WebAuthn level 2, section 5.8.5 and
    /// 6.5.1.1).
    init(_ item: CBOR) throws(PasskeyRefusal) {
        guard case .map(let members) = item else { throw .malformed }
        guard members[.integer(Self.algorithm)] == .integer(Self.es256) else { throw .wrongAlgorithm }
        guard members.count == 5, members[.integer(Self.keyType)] == .integer(2),
            members[.integer(Self.curve)] == .integer(1), case .bytes(let x)? = members[.integer(Self.x)],
            case .bytes(let y)? = members[.integer(Self.y)]
        else { throw .badKey }
        try self.init(x: x, y: y)
    }

    var x: Data { publicKey.rawRepresentation.prefix(Self.coordinateBytes) }
    var y: Data { publicKey.rawRepresentation.suffix(Self.coordinateBytes) }

    /// - Parameter signature: in DER, as WebAuthn has it (level 2, section 6.5.5).
    func isValid(_ signature: some Collection<UInt8>, of message: some Collection<UInt8>) -> Bool {
        guard let signature = try? P256.Signing.ECDSASignature(derRepresentation: Data(signature)) else { return false }
        return publicKey.isValidSignature(signature, for: Data(message))
    }
}
