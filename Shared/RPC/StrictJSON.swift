package import Foundation

/// JSON at our borders. Decoding refuses unknown fields, wrong types and missing fields, and names the field; what comes
/// out are `RPCFault`s that a client may read.
package enum StrictJSON {
    private static let faultsMax = 20
    private static let fieldCharactersMax = 100

    /// JSONEncoder is safe to share: encoding keeps its state in a value of its own.
    private static let encoder: JSONEncoder = {
        let encoder = JSONEncoder()
        // Sorted, so that the same value is the same bytes in every process.
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }()

    package static func encode(_ value: some Encodable) throws -> Data { try encoder.encode(value) }

    /// - Throws: `json_invalid` when the bytes are not JSON, `validation_failed` with the fields when they do not fit `type`.
    package static func decode<T: Decodable>(_ type: T.Type, from data: Data) throws -> T {
        let unknown = UnknownFields()
        let decoder = JSONDecoder()
        decoder.userInfo[.unknownFields] = unknown
        let value: T
        do {
            value = try decoder.decode(Strict<T>.self, from: data).value
        } catch let error as DecodingError {
            throw fault(for: error)
        }
        guard unknown.paths.isEmpty else {
            // Only some, and cut: a request full of nonsense must not get an answer many times its size.
            let shown = unknown.paths.sorted().prefix(faultsMax).map { String($0.prefix(fieldCharactersMax)) }
            throw RPCFault.invalid(shown.map { FieldFault($0, "unknown_field", "is not a field of this request") })
        }
        return value
    }

    private static func fault(for error: DecodingError) -> RPCFault {
        switch error {
        case .keyNotFound(let key, let context):
            .invalid([FieldFault(path(context.codingPath + [key]), "missing", "is required")])
        case .valueNotFound(_, let context):
            .invalid([FieldFault(path(context.codingPath), "missing", "must not be null")])
        case .typeMismatch(let type, let context):
            .invalid([FieldFault(path(context.codingPath), "wrong_type", "must be \(name(of: type))")])
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            RPCFault(.invalidArgument, "json_invalid", "The body is not valid JSON.")
        case .dataCorrupted(let context):
            .invalid([FieldFault(path(context.codingPath), "invalid", context.debugDescription)])
        @unknown default:
            RPCFault(.invalidArgument, "json_invalid", "The body is not valid JSON.")
        }
    }

    private static func name(of type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Bool.Type: "true or false"
        case is any BinaryInteger.Type: "a whole number"
        case is any BinaryFloatingPoint.Type: "a number"
        case is [Any].Type: "an array"
        default: "an object"
        }
    }

    fileprivate static func path(_ keys: [any CodingKey]) -> String {
        keys.reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += (path.isEmpty ? "" : ".") + key.stringValue
            }
        }
    }
}

/// Filled while one document is decoded, on one thread, and read after it.
private final class UnknownFields: @unchecked Sendable {  // confined to the one decode call that made it
    var paths: [String] = []
}

extension CodingUserInfoKey {
    // A raw value that is not empty always makes a key.
    fileprivate static let unknownFields = CodingUserInfoKey(rawValue: "ibp.unknown-fields").unsafelyUnwrapped
}

/// Decodes `T` and notes which keys of its object `T` never asked for.
private struct Strict<T: Decodable>: Decodable {
    let value: T

    init(from decoder: any Decoder) throws {
        let tracking = TrackingDecoder(base: decoder)
        do {
            value = try T(from: tracking)
        } catch DecodingError.dataCorrupted(let context) {
            guard let allowed = allowedValues(of: T.self), !context.codingPath.isEmpty else {
                throw DecodingError.dataCorrupted(Self.readable(context))
            }
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: context.codingPath,
                    debugDescription: "must be one of \(allowed.joined(separator: ", "))"))
        }
        tracking.reportUnknown()
    }

    /// Foundation's own words for a bad UUID name its type.
    private static func readable(_ context: DecodingError.Context) -> DecodingError.Context {
        T.self == UUID.self ? .init(codingPath: context.codingPath, debugDescription: "must be a UUID") : context
    }
}

private func allowedValues(of type: any Any.Type) -> [String]? {
    func values<E: CaseIterable & RawRepresentable>(_: E.Type) -> [String] {
        E.allCases.compactMap { $0.rawValue as? String }
    }
    guard let cases = type as? any (CaseIterable & RawRepresentable).Type else { return nil }
    return values(cases)
}

private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

private final class TrackingDecoder: Decoder {
    let base: any Decoder
    /// Nil until a keyed container is asked for: only objects have fields.
    private var asked: Set<String>?

    init(base: any Decoder) { self.base = base }

    var codingPath: [any CodingKey] { base.codingPath }
    var userInfo: [CodingUserInfoKey: Any] { base.userInfo }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        asked = asked ?? []
        return KeyedDecodingContainer(TrackingContainer(base: try base.container(keyedBy: type), decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        TrackingArray(base: try base.unkeyedContainer())
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        TrackingValue(base: try base.singleValueContainer())
    }

    func note(_ key: any CodingKey) { asked?.insert(key.stringValue) }

    func reportUnknown() {
        guard let asked, let unknown = userInfo[.unknownFields] as? UnknownFields,
            let present = try? base.container(keyedBy: AnyKey.self).allKeys
        else { return }
        unknown.paths += present.filter { !asked.contains($0.stringValue) }.map { StrictJSON.path(codingPath + [$0]) }
    }
}

private struct TrackingContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let base: KeyedDecodingContainer<Key>
    let decoder: TrackingDecoder

    var codingPath: [any CodingKey] { base.codingPath }
    var allKeys: [Key] { base.allKeys }

    func contains(_ key: Key) -> Bool {
        decoder.note(key)
        return base.contains(key)
    }

    func decodeNil(forKey key: Key) throws -> Bool { try base.decodeNil(forKey: key) }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        decoder.note(key)
        return try base.decode(Strict<T>.self, forKey: key).value
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws
        -> KeyedDecodingContainer<Nested>
    {
        decoder.note(key)
        return try base.nestedContainer(keyedBy: type, forKey: key)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        decoder.note(key)
        return try base.nestedUnkeyedContainer(forKey: key)
    }

    func superDecoder() throws -> any Decoder { try base.superDecoder() }
    func superDecoder(forKey key: Key) throws -> any Decoder { try base.superDecoder(forKey: key) }
}

private struct TrackingArray: UnkeyedDecodingContainer {
    var base: any UnkeyedDecodingContainer

    var codingPath: [any CodingKey] { base.codingPath }
    var count: Int? { base.count }
    var isAtEnd: Bool { base.isAtEnd }
    var currentIndex: Int { base.currentIndex }

    mutating func decodeNil() throws -> Bool { try base.decodeNil() }
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try base.decode(Strict<T>.self).value }
    mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        try base.nestedContainer(keyedBy: type)
    }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try base.nestedUnkeyedContainer() }
    mutating func superDecoder() throws -> any Decoder { try base.superDecoder() }
}

/// Leaves are read by the base; a value that is itself composed is tracked again.
private struct TrackingValue: SingleValueDecodingContainer {
    let base: any SingleValueDecodingContainer

    var codingPath: [any CodingKey] { base.codingPath }

    func decodeNil() -> Bool { base.decodeNil() }
    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        switch type {
        case is any Leaf.Type: try base.decode(type)
        default: try base.decode(Strict<T>.self).value
        }
    }
}

private protocol Leaf {}
extension String: Leaf {}
extension Bool: Leaf {}
extension Int: Leaf {}
extension Int8: Leaf {}
extension Int16: Leaf {}
extension Int32: Leaf {}
extension Int64: Leaf {}
extension UInt: Leaf {}
extension UInt8: Leaf {}
extension UInt16: Leaf {}
extension UInt32: Leaf {}
extension UInt64: Leaf {}
extension Double: Leaf {}
extension Float: Leaf {}
