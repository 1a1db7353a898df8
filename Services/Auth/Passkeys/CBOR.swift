/// One data item of CBOR (RFC 8949), as far as authenticators use it (CTAP 2.1 section 8): whole numbers, byte and text
/// strings, arrays, maps, booleans, each in its only spelling. All else is refused: floats, tags, null, indefinite lengths.
///
/// Not asked for is the order of a map's keys: some authenticators get it wrong, and nothing depends on it.
enum CBOR: Sendable, Hashable {
    case integer(Int64)
    case bytes([UInt8])
    case text(String)
    case array([CBOR])
    case map([CBOR: CBOR])
    case boolean(Bool)

    enum Fault: Error {
        /// It ends before it should; a length that is longer than what is there counts.
        case truncated
        case trailingBytes
        /// A number or a length in more bytes than it needs.
        case notShortest
        /// Below -2^63 or above 2^63 - 1.
        case outOfRange
        case invalidUTF8
        case duplicateKey
        /// A key that is neither a number nor a text.
        case badKey
        case tooDeep
        case unsupported
    }

    /// The one item that these bytes are.
    init(_ bytes: some Collection<UInt8>) throws(Fault) {
        var rest = ArraySlice(bytes)
        try self.init(firstOf: &rest)
        guard rest.isEmpty else { throw .trailingBytes }
    }

    /// Takes the first item off.
    init(firstOf bytes: inout ArraySlice<UInt8>) throws(Fault) {
        var reader = CBORReader(rest: bytes)
        self = try reader.item(depth: 1)
        bytes = reader.rest
    }
}

/// Reads items one after the other. A length is believed only when the bytes for it are there, so that nothing is
/// reserved for what never comes.
private struct CBORReader {
    /// Of items within items (CTAP 2.1 section 8).
    static let depthMax = 4

    private(set) var rest: ArraySlice<UInt8>

    mutating func item(depth: Int) throws(CBOR.Fault) -> CBOR {
        guard depth <= Self.depthMax else { throw .tooDeep }
        guard let first = rest.popFirst() else { throw .truncated }
        let information = first & 0x1F
        switch first >> 5 {
        case 0: return .integer(try whole(information))
        case 1: return .integer(-1 - (try whole(information)))
        case 2: return .bytes(Array(try string(information)))
        case 3:
            guard let text = String(validating: try string(information), as: UTF8.self) else { throw .invalidUTF8 }
            return .text(text)
        case 4: return try array(information, depth: depth)
        case 5: return try map(information, depth: depth)
        case 7 where information == 20: return .boolean(false)
        case 7 where information == 21: return .boolean(true)
        default: throw .unsupported
        }
    }

    private mutating func array(_ information: UInt8, depth: Int) throws(CBOR.Fault) -> CBOR {
        let count = try count(information, bytesEach: 1)
        var items: [CBOR] = []
        for _ in 0..<count { items.append(try item(depth: depth + 1)) }
        return .array(items)
    }

    private mutating func map(_ information: UInt8, depth: Int) throws(CBOR.Fault) -> CBOR {
        let count = try count(information, bytesEach: 2)
        var members: [CBOR: CBOR] = [:]
        for _ in 0..<count {
            let key = try item(depth: depth + 1)
            switch key {
            case .integer, .text: break
            default: throw .badKey
            }
            guard members.updateValue(try item(depth: depth + 1), forKey: key) == nil else { throw .duplicateKey }
        }
        return .map(members)
    }

    private mutating func string(_ information: UInt8) throws(CBOR.Fault) -> ArraySlice<UInt8> {
        let count = try count(information, bytesEach: 1)
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    /// - Parameter bytesEach: the fewest that one of what is counted takes.
    private mutating func count(_ information: UInt8, bytesEach: Int) throws(CBOR.Fault) -> Int {
        let count = try argument(information)
        guard count <= UInt64(rest.count / bytesEach) else { throw .truncated }
        return Int(count)
    }

    private mutating func whole(_ information: UInt8) throws(CBOR.Fault) -> Int64 {
        guard let value = Int64(exactly: try argument(information)) else { throw .outOfRange }
        return value
    }

    /// RFC 8949 section 3: up to 23 in the first byte itself, otherwise in the 1, 2, 4 or 8 bytes that follow it.
    private mutating func argument(_ information: UInt8) throws(CBOR.Fault) -> UInt64 {
        guard information >= 24 else { return UInt64(information) }
        guard information <= 27 else { throw .unsupported }
        let width = 1 << Int(information - 24)
        guard rest.count >= width else { throw .truncated }
        let value = rest.prefix(width).reduce(0) { $0 << 8 | UInt64($1) }
        rest = rest.dropFirst(width)
        let least: UInt64 = width == 1 ? 24 : 1 << UInt64(width * 4)
        guard value >= least else { throw .notShortest }
        return value
    }
}
