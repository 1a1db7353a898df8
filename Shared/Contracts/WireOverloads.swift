package import Foundation

// The compiler's synthesized Codable code in this module picks these overloads up by their more specific types.

extension KeyedEncodingContainer {
    /// Ids travel in lower case; Foundation would write them in upper case.
    package mutating func encode(_ id: UUID, forKey key: Key) throws { try encode(id.text, forKey: key) }

    package mutating func encodeIfPresent(_ id: UUID?, forKey key: Key) throws {
        try encodeIfPresent(id?.text, forKey: key)
    }

    package mutating func encode(_ ids: [UUID], forKey key: Key) throws { try encode(ids.map(\.text), forKey: key) }

    package mutating func encodeIfPresent(_ ids: [UUID]?, forKey key: Key) throws {
        try encodeIfPresent(ids?.map(\.text), forKey: key)
    }
}

extension KeyedDecodingContainer {
    /// In a merge patch `null` is a statement, not an absence.
    package func decodeIfPresent<Value>(_ type: Patch<Value>.Type, forKey key: Key) throws -> Patch<Value>? {
        contains(key) ? try decode(type, forKey: key) : nil
    }
}
