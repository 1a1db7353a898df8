/// What an authenticator itself says, and signs (WebAuthn level 2, section 6.1):
/// ```
///  0 32  SHA-256 of the relying party's id
/// 32  1  flags
/// 33  4  counter of signatures
/// 37  …  with the flag AT: the new credential
///  …  …  with the flag ED: a CBOR map of extensions; none is asked for, and it is not read
/// ```
struct AuthenticatorData: Sendable {
    struct Flags: OptionSet, Sendable {
        let rawValue: UInt8

        /// UP
        static let userPresent = Flags(rawValue: 0x01)
        /// UV
        static let userVerified = Flags(rawValue: 0x04)
        /// BE
        static let backupEligible = Flags(rawValue: 0x08)
        /// BS
        static let backedUp = Flags(rawValue: 0x10)
        /// AT
        static let attestedCredential = Flags(rawValue: 0x40)
        /// ED
        static let extensions = Flags(rawValue: 0x80)
    }

    /// All of it, as it is signed.
    let bytes: [UInt8]
    let flags: Flags
    let counter: UInt32
    /// Only a new credential has it.
    let credential: AttestedCredential?

    private static let hashBytes = 32
    private static let headBytes = 37

    init(_ bytes: [UInt8]) throws(PasskeyRefusal) {
        guard bytes.count >= Self.headBytes else { throw .malformed }
        self.bytes = bytes
        flags = Flags(rawValue: bytes[Self.hashBytes])
        counter = bytes[(Self.hashBytes + 1)..<Self.headBytes].reduce(0) { $0 << 8 | UInt32($1) }
        var rest = bytes[Self.headBytes...]
        credential = try flags.contains(.attestedCredential) ? AttestedCredential(firstOf: &rest) : nil
        if flags.contains(.extensions) {
            guard case .map? = try? CBOR(firstOf: &rest) else { throw .malformed }
        }
        guard rest.isEmpty else { throw .malformed }
    }

    var relyingPartyHash: ArraySlice<UInt8> { bytes[..<Self.hashBytes] }
}

/// A new credential within the authenticator's data (WebAuthn level 2, section 6.5.1):
/// ```
///  0 16  AAGUID, the model of the authenticator
/// 16  2  length of the credential's id
/// 18  …  the id
///  …  …  the public key, COSE_Key
/// ```
struct AttestedCredential: Sendable {
    /// Level 3, section 7.1.
    static let idBytesMax = 1023
    private static let modelBytes = 16

    let id: [UInt8]
    let key: COSEKey

    /// Takes it off.
    fileprivate init(firstOf bytes: inout ArraySlice<UInt8>) throws(PasskeyRefusal) {
        guard bytes.count >= Self.modelBytes + 2 else { throw .malformed }
        bytes = bytes.dropFirst(Self.modelBytes)
        let count = bytes.prefix(2).reduce(0) { $0 << 8 | Int($1) }
        bytes = bytes.dropFirst(2)
        guard (1...Self.idBytesMax).contains(count), bytes.count >= count else { throw .malformed }
        id = Array(bytes.prefix(count))
        bytes = bytes.dropFirst(count)
        guard let key = try? CBOR(firstOf: &bytes) else { throw .malformed }
        self.key = try COSEKey(key)
    }
}
