import Contracts
import Foundation
import RPC

/// One member of a value as a table shows it.
struct NamedCell: Sendable, Hashable {
    /// `codeName`; of an amount `value.amount` and `value.currency`.
    let column: String
    let cell: CSVCell
    /// Whether the value can be without it.
    let isOptional: Bool
}

/// Writes a value that travels as a row of cells, one for each member, in their order and with those that are empty, so
/// that the columns of a table are always the fields of the contract. An amount takes two cells, what is composed
/// otherwise is JSON in one.
final class CellEncoder: Encoder {
    private(set) var cells: [NamedCell] = []
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    static func cells(of value: some Encodable) throws -> [NamedCell] {
        let encoder = CellEncoder()
        try value.encode(to: encoder)
        return encoder.cells
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(CellContainer(encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer { NoMembers() }
    func singleValueContainer() -> any SingleValueEncodingContainer { NoMembers() }

    fileprivate func add(_ name: String, _ cell: CSVCell, isOptional: Bool) {
        cells.append(NamedCell(column: name, cell: cell, isOptional: isOptional))
    }

    /// - Parameter value: nil for a member that is empty.
    fileprivate func add<T: Encodable>(_ name: String, _ value: T?, isOptional: Bool) throws {
        if T.self == Money.self || T.self == Patch<Money>.self {
            let money = value as? Money
            add("\(name).amount", money.map { CSVCell.number($0.amount) } ?? CSVCell.empty, isOptional: isOptional)
            add(
                "\(name).currency", money.map { CSVCell.text($0.currency.code) } ?? CSVCell.empty,
                isOptional: isOptional)
            return
        }
        guard let value else { return add(name, CSVCell.empty, isOptional: isOptional) }
        add(name, try Self.cell(value), isOptional: isOptional)
    }

    private static func cell(_ value: some Encodable) throws -> CSVCell {
        switch value {
        case let text as String: return .text(text)
        case let number as any BinaryInteger: return .number("\(number)")
        case let flag as Bool: return .text(flag ? "true" : "false")
        case let day as BusinessDate: return .text(day.text)
        case let instant as Instant: return .text(instant.text)
        case let choice as any RawRepresentable:
            if let text = choice.rawValue as? String { return .text(text) }
        default: break
        }
        let json = try StrictJSON.encode(value)
        // What is a text in JSON is a text here, without its quotes.
        if json.first == UInt8(ascii: "\"") { return .text(try JSONDecoder().decode(String.self, from: json)) }
        return .text(String(decoding: json, as: UTF8.self))
    }
}

private struct CellContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: CellEncoder
    let codingPath: [any CodingKey] = []

    func encodeNil(forKey key: Key) { encoder.add(key.stringValue, .empty, isOptional: true) }
    func encode(_ value: Bool, forKey key: Key) throws {
        try encoder.add(key.stringValue, value, isOptional: false)
    }
    func encode(_ value: String, forKey key: Key) {
        encoder.add(key.stringValue, .text(value), isOptional: false)
    }
    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        try encoder.add(key.stringValue, value, isOptional: false)
    }

    // Those of optional members are asked for by their types, also when there is nothing.
    func encodeIfPresent(_ value: Bool?, forKey key: Key) throws {
        try encoder.add(key.stringValue, value, isOptional: true)
    }
    func encodeIfPresent(_ value: String?, forKey key: Key) {
        encoder.add(key.stringValue, value.map(CSVCell.text) ?? CSVCell.empty, isOptional: true)
    }
    func encodeIfPresent(_ value: Int?, forKey key: Key) throws {
        try encoder.add(key.stringValue, value, isOptional: true)
    }
    func encodeIfPresent(_ value: Int64?, forKey key: Key) throws {
        try encoder.add(key.stringValue, value, isOptional: true)
    }
    func encodeIfPresent(_ value: Double?, forKey key: Key) throws {
        try encoder.add(key.stringValue, value, isOptional: true)
    }
    func encodeIfPresent<T: Encodable>(_ value: T?, forKey key: Key) throws {
        try encoder.add(key.stringValue, value, isOptional: true)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> { encoder.container(keyedBy: type) }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { encoder.unkeyedContainer() }
    func superEncoder() -> any Encoder { encoder }
    func superEncoder(forKey key: Key) -> any Encoder { encoder }
}

/// What travels as a row has members; a value without any has no columns.
private struct NoMembers: UnkeyedEncodingContainer, SingleValueEncodingContainer {
    let codingPath: [any CodingKey] = []
    let count = 0

    private func refuse() -> EncodingError {
        EncodingError.invalidValue(
            "", EncodingError.Context(codingPath: [], debugDescription: "a row is made of a value with members"))
    }

    func encodeNil() throws { throw refuse() }
    func encode<T: Encodable>(_ value: T) throws { throw refuse() }
    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        CellEncoder().container(keyedBy: type)
    }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { self }
    func superEncoder() -> any Encoder { CellEncoder() }
}
