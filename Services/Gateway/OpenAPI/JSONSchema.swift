import Contracts
import Foundation

/// A JSON Schema (2020-12, as OpenAPI 3.1 uses it), made from the very types that travel, so that it cannot disagree
/// with them.
indirect enum JSONSchema: Sendable, Equatable {
    case string(format: String? = nil, values: [String] = [])
    case integer, number, boolean
    case array(JSONSchema)
    case map(JSONSchema)
    case object([Property])
    case nullable(JSONSchema)

    struct Property: Sendable, Equatable {
        let name: String
        let schema: JSONSchema
        let isRequired: Bool
    }

    static let money = JSONSchema.object([
        Property(name: "amount", schema: .string(), isRequired: true),
        Property(name: "currency", schema: .string(), isRequired: true),
    ])

    /// What decoding a value of this type would ask for.
    static func of(_ type: any Decodable.Type) -> JSONSchema { SchemaProbe.schema(type) }

    var json: [String: Any] {
        switch self {
        case .string(let format, let values):
            var out: [String: Any] = ["type": "string"]
            if let format { out["format"] = format }
            if !values.isEmpty { out["enum"] = values }
            return out
        case .integer: return ["type": "integer"]
        case .number: return ["type": "number"]
        case .boolean: return ["type": "boolean"]
        case .array(let items): return ["type": "array", "items": items.json]
        case .map(let values): return ["type": "object", "additionalProperties": values.json]
        case .nullable(let schema): return ["anyOf": [schema.json, ["type": "null"]]]
        case .object(let properties):
            return [
                "type": "object",
                "properties": Dictionary(properties.map { ($0.name, $0.schema.json) }) { first, _ in first },
                "required": properties.filter(\.isRequired).map(\.name), "additionalProperties": false,
            ]
        }
    }
}
