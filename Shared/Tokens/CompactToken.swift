/// The form of an access token, checked before any key is looked for: JWS compact serialization (RFC 7515 section 7.1),
/// strict as RFC 8725 section 3 asks.
///
/// ```
/// base64url(header) "." base64url(claims) "." base64url(r ‖ s)
/// ```
struct CompactToken {
    static let bytesMax = 4096
    static let keyIDLengths = 1...128
    private static let signatureBytes = 64

    let keyID: String
    let claims: [UInt8]
    let signature: [UInt8]
    /// What the signature is over: the first two segments and the dot between them, as they came.
    let signed: ArraySlice<UInt8>

    init(_ token: [UInt8]) throws(TokenRefusal) {
        guard token.count <= Self.bytesMax else { throw .tooLong }
        let segments = token.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard segments.count == 3 else { throw .segments }
        guard let header = Base64URL.decode(segments[0]), let claims = Base64URL.decode(segments[1]),
            let signature = Base64URL.decode(segments[2])
        else { throw .encoding }
        keyID = try Self.keyID(header: header)
        guard signature.count == Self.signatureBytes else { throw .signature }
        self.claims = claims
        self.signature = signature
        signed = token[..<segments[1].endIndex]
    }

    /// The `kid` of a header that says exactly what ours say.
    private static func keyID(header: [UInt8]) throws(TokenRefusal) -> String {
        let members = try TokenJSON.object(in: header, malformed: .headerMalformed)
        guard members.keys.allSatisfy({ ["alg", "typ", "kid"].contains($0) }) else { throw .headerMember }
        guard members["alg"] == .string("ES256") else { throw .algorithm }
        guard members["typ"] == .string("at+jwt") else { throw .type }
        guard let keyID = members["kid"]?.string, keyIDLengths.contains(keyID.unicodeScalars.count) else {
            throw .keyID
        }
        return keyID
    }
}
