import Contracts
import Foundation
import RPC

/// Reads a value of the contract out of a row, each member by its own type, so that what can be imported is always what
/// the calls take. What is no text, number, day, amount or choice is read as JSON.
struct CellDecoder: Decoder {
    fileprivate let cells: FieldCells
    /// Nil for the row as a whole.
    fileprivate var member: String?
    /// Instead of the member's text.
    fileprivate var word: String?
    /// Members that do not fit and are told of already.
    fileprivate var passedOver: Set<String> = []
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    /// - Parameter faults: takes what does not fit; the value is then made without it.
    /// - Returns: nil when it cannot be made at all.
    static func decode<T: Decodable>(_ type: T.Type, _ cells: FieldCells, _ faults: inout [FieldFault]) -> T? {
        var decoder = CellDecoder(cells: cells)
        // Each turn passes over one member more, so it ends.
        while true {
            do { return try T(from: decoder) } catch let unfit as UnfitCell {
                guard decoder.passedOver.insert(unfit.member).inserted else { return nil }
                faults.append(unfit.fault)
            } catch DecodingError.keyNotFound(let key, _) {
                if !decoder.passedOver.contains(key.stringValue) {
                    faults.append(FieldFault(key.stringValue, "missing", "is required"))
                }
                return nil
            } catch {
                faults.append(FieldFault("", "invalid", "cannot be read"))
                return nil
            }
        }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard member == nil else { throw IsComposed() }
        return KeyedDecodingContainer(RowContainer(decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw IsComposed() }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        OneCell(cells: cells, member: member ?? "", word: word)
    }
}

/// What is wrong with one member.
private struct UnfitCell: Error {
    let member: String
    let fault: FieldFault
}

/// The value has members or elements, so it is no single cell.
private struct IsComposed: Error {}

private struct RowContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: CellDecoder
    let codingPath: [any CodingKey] = []
    let allKeys: [Key] = []

    func contains(_ key: Key) -> Bool {
        !decoder.passedOver.contains(key.stringValue) && decoder.cells.names(key.stringValue)
    }

    func decodeNil(forKey key: Key) -> Bool { decoder.cells.clears(key.stringValue) }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        guard contains(key) else {
            throw DecodingError.keyNotFound(key, DecodingError.Context(codingPath: [], debugDescription: ""))
        }
        return try OneCell(cells: decoder.cells, member: key.stringValue).decode(type)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { throw IsComposed() }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw IsComposed() }
    func superDecoder() throws -> any Decoder { throw IsComposed() }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw IsComposed() }
}

private struct OneCell: SingleValueDecodingContainer {
    let cells: FieldCells
    let member: String
    var word: String?
    let codingPath: [any CodingKey] = []

    func decodeNil() -> Bool { cells.clears(member) }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let text = word ?? cells.texts[member] ?? ""
        let value: Any
        switch type {
        case is String.Type: value = text
        case is Bool.Type: value = try flag(text)
        case is any FixedWidthInteger.Type: return try whole(text)
        case is BusinessDate.Type: value = try day(text)
        case is Money.Type: value = try money()
        default: return try other(text)
        }
        guard let fitting = value as? T else { throw unfit("invalid", "cannot be read") }
        return fitting
    }

    private func unfit(_ code: String, _ message: String, _ field: String? = nil) -> UnfitCell {
        UnfitCell(member: member, fault: FieldFault(field ?? member, code, message))
    }

    private func flag(_ text: String) throws -> Bool {
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default: throw unfit("wrong_type", "must be true or false")
        }
    }

    private func whole<T: Decodable>(_ text: String) throws -> T {
        guard let digits = cells.numbers.plain(text), !digits.contains("."),
            let value = try? JSONDecoder().decode(T.self, from: Data(digits.utf8))
        else { throw unfit("wrong_type", "must be a whole number") }
        return value
    }

    private func day(_ text: String) throws -> BusinessDate {
        guard let day = cells.dates.day(text) else {
            throw unfit("invalid", "must be a date of the form \(cells.dates.rawValue)")
        }
        return day
    }

    private func money() throws -> Money {
        guard let code = cells.texts["\(member).currency"] else {
            throw unfit("missing", "An amount wants a currency.", "\(member).currency")
        }
        guard let currency = Currency(code: code.uppercased()) else {
            throw unfit("invalid", "must be an ISO 4217 code such as USD", "\(member).currency")
        }
        guard let digits = cells.numbers.plain(cells.texts["\(member).amount"] ?? ""),
            let money = Money(amount: digits, currency: currency)
        else {
            let words =
                "must be an amount such as \(cells.numbers.rawValue), with at most \(currency.exponent) decimals"
            throw unfit("invalid", words, "\(member).amount")
        }
        return money
    }

    /// A choice is taken in any case and with spaces, as people write it; what is composed is JSON.
    private func other<T: Decodable>(_ text: String) throws -> T {
        var word: String?
        if T.self is any RawRepresentable.Type {
            word = String(text.lowercased().map { $0 == " " || $0 == "-" ? "_" : $0 })
        }
        do {
            return try T(from: CellDecoder(cells: cells, member: member, word: word))
        } catch is IsComposed {
            guard let value = try? StrictJSON.decode(T.self, from: Data(text.utf8)) else {
                throw unfit("invalid", "must be JSON as the field has it")
            }
            return value
        } catch let unfit as UnfitCell {
            throw unfit
        } catch {
            throw unfit("invalid", Self.wish(T.self))
        }
    }

    private static func wish(_ type: any Any.Type) -> String {
        func values<E: CaseIterable & RawRepresentable>(_: E.Type) -> [String] {
            E.allCases.compactMap { $0.rawValue as? String }
        }
        if type == UUID.self { return "must be a UUID" }
        guard let choice = type as? any (CaseIterable & RawRepresentable).Type else { return "cannot be read" }
        return "must be one of \(values(choice).joined(separator: ", "))"
    }
}
