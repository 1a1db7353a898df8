import Foundation
package import RPC

extension DealMethods {
    package static let customFields = RPCMethod<Nothing, CustomFieldList>(
        0x0265, "deals.customFields", callers: [Peer.gateway], isIdempotent: true)
    package static let addCustomField = RPCMethod<NewCustomField, CustomField>(
        0x0266, "deals.customFields.add", callers: [Peer.gateway], deduplicates: true)
    package static let updateCustomField = RPCMethod<CustomFieldPatch, CustomField>(
        0x0267, "deals.customFields.update", callers: [Peer.gateway])
}

package enum CustomFieldType: String, Codable, Sendable, CaseIterable {
    case text, number, date, money, choice, boolean
}

/// A field that the firm has added to its deals.
package struct CustomField: Codable, Sendable, Hashable, RPCResource {
    /// As it stands in `customFields` of a deal; never changes, like the type.
    package var key: String
    package var label: String
    package var type: CustomFieldType
    /// Of a choice; empty of others.
    package var options: [String]
    /// New deals of these types must have it, and none may lose it.
    package var requiredFor: [DealType]
    /// Deals keep what they have in it, and get nothing new.
    package var archived: Bool
    package var version: Int64
    package var createdAt: Instant
    package var updatedAt: Instant

    package var resourceID: String { key }

    package init(
        key: String, label: String, type: CustomFieldType, options: [String], requiredFor: [DealType], archived: Bool,
        version: Int64, createdAt: Instant, updatedAt: Instant
    ) {
        self.key = key
        self.label = label
        self.type = type
        self.options = options
        self.requiredFor = requiredFor
        self.archived = archived
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// What a field is made from.
package struct NewCustomField: Codable, Sendable, Hashable {
    package var key: String
    package var label: String
    package var type: CustomFieldType
    package var options: [String]?
    package var requiredFor: [DealType]?

    package init(
        key: String, label: String, type: CustomFieldType, options: [String]? = nil, requiredFor: [DealType]? = nil
    ) {
        self.key = key
        self.label = label
        self.type = type
        self.options = options
        self.requiredFor = requiredFor
    }
}

/// What of a field may change; what is left out, or is `null`, stays.
package struct CustomFieldPatch: Codable, Sendable, Hashable {
    package var label: String?
    package var options: [String]?
    package var requiredFor: [DealType]?
    package var archived: Bool?

    package init() {}
}

/// All fields, in the order in which they were made.
package struct CustomFieldList: Codable, Sendable {
    package var items: [CustomField]

    package init(items: [CustomField]) { self.items = items }
}

/// What a deal has in a custom field: a text, a day and a choice are strings.
package enum CustomValue: Codable, Sendable, Hashable {
    case text(String)
    case number(Double)
    case flag(Bool)
    case money(Money)

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else {
            self = .money(try container.decode(Money.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        case .flag(let flag): try container.encode(flag)
        case .money(let money): try container.encode(money)
        }
    }
}
