import Tokens

/// The form of an ID token, checked before any key is looked for: JWS compact serialization (RFC 7515 section 7.1).
struct SignedIDToken {
    static let bytesMax = 16 * 1024
    private static let keyIDLengths = 1...256
    /// They name or carry a key, or ask for rules that are not applied here; whoever wrote them, they are not believed.
    private static let forbidden = ["jku", "jwk", "x5u", "x5c", "crit", "b64", "zip", "cty"]

    let algorithm: IDTokenAlgorithm
    let keyID: String?
    let claims: [UInt8]
    let signature: [UInt8]
    /// What the signature is over: the first two segments and the dot between them, as they came.
    let signed: ArraySlice<UInt8>

    init(_ text: String) throws(IDTokenRefusal) {
        let token = Array(text.utf8.prefix(Self.bytesMax + 1))
        guard token.count <= Self.bytesMax else { throw .tooLong }
        let segments = token.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard segments.count == 3 else { throw .segments }
        guard let header = Base64URL.decode(segments[0]), let claims = Base64URL.decode(segments[1]),
            let signature = Base64URL.decode(segments[2])
        else { throw .encoding }
        let members = try Self.members(header, orElse: .headerMalformed)
        guard !Self.forbidden.contains(where: { members[$0] != nil }) else { throw .headerMember }
        guard members["typ"] == nil || members["typ"]?.string?.uppercased() == "JWT" else { throw .type }
        guard let algorithm = members["alg"]?.string.flatMap(IDTokenAlgorithm.init(rawValue:)) else {
            throw .algorithm
        }
        if let id = members["kid"] {
            guard let id = id.string, Self.keyIDLengths.contains(id.utf8.count) else { throw .unknownKey }
            keyID = id
        } else {
            keyID = nil
        }
        self.algorithm = algorithm
        self.claims = claims
        self.signature = signature
        signed = token[..<segments[1].endIndex]
    }

    static func members(_ json: [UInt8], orElse refusal: IDTokenRefusal) throws(IDTokenRefusal) -> [String: TokenJSON] {
        do { return try TokenJSON.object(in: json, depthMax: ProviderJSON.depthMax) } catch {
            switch error {
            case .malformed: throw refusal
            case .duplicateMember: throw .duplicateMember
            }
        }
    }
}
