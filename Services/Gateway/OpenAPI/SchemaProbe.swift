import Contracts
import Foundation
import RPC

/// Decodes a type from nothing, answering every question with a value that fits and writing down what was asked.
enum SchemaProbe {
    static func schema(_ type: any Decodable.Type) -> JSONSchema {
        if let known = leaf(type) { return known }
        if let patch = type as? any PatchedValue.Type { return .nullable(schema(patch.valueType)) }
        if let list = type as? any ListValue.Type { return .array(schema(list.elementType)) }
        if let map = type as? any MapValue.Type { return .map(schema(map.valueType)) }
        let recorder = Recorder()
        let name = String(describing: type)
        // A type that stops half-way has told half of its members, which would be a lie.
        guard (try? type.init(from: recorder)) != nil else { return .unknown(name) }
        return .object(.init(name: name, properties: recorder.properties))
    }

    static func leaf(_ type: any Any.Type) -> JSONSchema? {
        switch type {
        case is String.Type: .string()
        case is Bool.Type: .boolean
        case is any BinaryInteger.Type: .integer
        case is any BinaryFloatingPoint.Type: .number
        case is UUID.Type: .string(format: "uuid")
        case is Instant.Type: .string(format: "date-time")
        case is BusinessDate.Type: .string(format: "date")
        case is Money.Type: .money
        case is DecimalRate.Type, is Percent.Type: .string()
        case is CustomValue.Type: .anyOf([.string(), .number, .boolean, .money])
        case is DealFilter.Type: .dealFilter
        // It has no list of its cases.
        case is ProbabilitySource.Type: .choice(name: "ProbabilitySource", values: probabilitySources)
        default:
            (type as? any (CaseIterable & RawRepresentable).Type).map {
                .choice(name: String(describing: type), values: values($0))
            }
        }
    }

    private static let probabilitySources = [ProbabilitySource.stage, .manual].map(\.rawValue)

    private static func values<E: CaseIterable & RawRepresentable>(_: E.Type) -> [String] {
        E.allCases.compactMap { $0.rawValue as? String }
    }
}

protocol PatchedValue {
    static var valueType: any Decodable.Type { get }
    static var cleared: Self { get }
}
extension Patch: PatchedValue {
    static var valueType: any Decodable.Type { Value.self }
    static var cleared: Patch { .clear }
}

protocol ListValue { static var elementType: any Decodable.Type { get } }
extension Array: ListValue where Element: Decodable { static var elementType: any Decodable.Type { Element.self } }

protocol MapValue { static var valueType: any Decodable.Type { get } }
extension Dictionary: MapValue where Key == String, Value: Decodable {
    static var valueType: any Decodable.Type { Value.self }
}

private final class Recorder: Decoder {
    var properties: [JSONSchema.Property] = []
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(RecordingContainer(recorder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Unanswerable() }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { throw Unanswerable() }
}

/// Leaves and lists are answered from their type, so no container but the keyed one is ever needed.
private struct Unanswerable: Error {}

private struct RecordingContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let recorder: Recorder
    let codingPath: [any CodingKey] = []
    let allKeys: [Key] = []

    // A member of a merge patch is decoded only when it is there, so all of them are.
    func contains(_ key: Key) -> Bool { true }
    func decodeNil(forKey key: Key) throws -> Bool { true }

    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
        note(key, type, isRequired: false)
        return nil
    }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        note(key, type, isRequired: !(type is any PatchedValue.Type))
        guard let value = try Sample.value(type) as? T else { throw Unanswerable() }
        return value
    }

    private func note(_ key: Key, _ type: any Decodable.Type, isRequired: Bool) {
        recorder.properties.append(
            .init(name: key.stringValue, schema: SchemaProbe.schema(type), isRequired: isRequired))
    }

    // Synthesized code asks for optional leaves by these, each by its own type.
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { optional(key, type) }
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { optional(key, type) }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { optional(key, type) }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? { optional(key, type) }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? { optional(key, type) }

    private func optional<T: Decodable>(_ key: Key, _ type: T.Type) -> T? {
        note(key, type, isRequired: false)
        return nil
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws
        -> KeyedDecodingContainer<Nested>
    {
        throw Unanswerable()
    }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw Unanswerable() }
    func superDecoder() throws -> any Decoder { throw Unanswerable() }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw Unanswerable() }
}

/// A value of a type, any value, so that decoding goes on to the next field.
private enum Sample {
    static func value<T: Decodable>(_ type: T.Type) throws -> Any {
        switch type {
        case is String.Type: return ""
        case is Bool.Type: return false
        case is Int.Type: return 0
        case is Int64.Type: return Int64(0)
        case is Double.Type: return 0.0
        case is UUID.Type: return UUID()
        case is Instant.Type: return Instant(milliseconds: 0)
        case is BusinessDate.Type: return BusinessDate(daysSince1970: 0)
        case is ProbabilitySource.Type: return ProbabilitySource.stage
        case is DecimalRate.Type: if let one = DecimalRate("1") { return one }
        default: break
        }
        if let patch = type as? any PatchedValue.Type { return patch.cleared }
        if let cases = type as? any CaseIterable.Type, let first = first(cases) { return first }
        let json = SchemaProbe.schema(type)
        switch json {
        case .array: return try JSONDecoder().decode(T.self, from: Data("[]".utf8))
        case .map: return try JSONDecoder().decode(T.self, from: Data("{}".utf8))
        case _ where json == .money:
            return try JSONDecoder().decode(T.self, from: Data(#"{"amount":"0","currency":"USD"}"#.utf8))
        default: return try T(from: Recorder())
        }
    }

    private static func first<E: CaseIterable>(_: E.Type) -> Any? { E.allCases.first }
}
