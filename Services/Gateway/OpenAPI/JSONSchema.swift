import Contracts
import Foundation

/// A JSON Schema (2020-12, as OpenAPI 3.1 uses it), made from the very types that travel, so that it cannot disagree
/// with them. Objects and choices carry the name of their Swift type: they stand once in the document, under that name.
indirect enum JSONSchema: Sendable, Equatable {
    case string(format: String? = nil, values: [String] = [])
    case choice(name: String, values: [String])
    case integer, number, boolean
    case array(JSONSchema)
    case map(JSONSchema)
    case object(Shape)
    case nullable(JSONSchema)
    /// A value of one of several types.
    case anyOf([JSONSchema])
    /// A type that stands inside itself, by its name.
    case named(String)
    /// Any value: which one fits depends on its neighbours.
    case anything
    /// A type that could not be asked what it wants: it describes nothing, and a test keeps it out of the document.
    case unknown(String)

    struct Property: Sendable, Equatable {
        let name: String
        let schema: JSONSchema
        let isRequired: Bool
    }

    /// The members of an object, and the name of the type that has them.
    struct Shape: Sendable, Equatable, RandomAccessCollection {
        let name: String
        let properties: [Property]

        var startIndex: Int { properties.startIndex }
        var endIndex: Int { properties.endIndex }
        subscript(index: Int) -> Property { properties[index] }
    }

    static let money = JSONSchema.object(
        Shape(
            name: "Money",
            properties: [
                Property(name: "amount", schema: .string(), isRequired: true),
                Property(name: "currency", schema: .string(), isRequired: true),
            ]))

    /// What decoding a value of this type would ask for.
    static func of(_ type: any Decodable.Type) -> JSONSchema { SchemaProbe.schema(type) }

    /// Named schemas by reference, all others in place.
    func json(_ limits: SchemaLimits = SchemaLimits()) -> [String: Any] {
        switch self {
        case .string(let format, let values):
            var out: [String: Any] = ["type": "string"]
            if let format { out["format"] = format }
            if !values.isEmpty { out["enum"] = values }
            return limits.added(to: out)
        case .choice(let name, _):
            return limits.values == nil ? Self.reference(name) : limits.added(to: ["type": "string"])
        case .integer: return limits.added(to: ["type": "integer"])
        case .number: return limits.added(to: ["type": "number"])
        case .boolean: return ["type": "boolean"]
        case .array(let items): return limits.added(to: ["type": "array", "items": items.json()])
        case .map(let values): return ["type": "object", "additionalProperties": values.json()]
        case .object(let shape): return Self.reference(shape.name)
        case .nullable(let schema):
            let whole = schema.json(limits)
            guard !limits.isNeverNull else { return whole }
            return ["anyOf": [whole, ["type": "null"]]]
        case .anyOf(let choices): return ["anyOf": choices.map { $0.json() }]
        case .named(let name): return Self.reference(name)
        case .anything, .unknown: return [:]
        }
    }

    static func reference(_ name: String) -> [String: Any] { ["$ref": "#/components/schemas/\(name)"] }
}

extension JSONSchema.Shape {
    /// - Parameter isInput: a client may send `null` for a member that it may leave out; we never do.
    func json(isInput: Bool) -> [String: Any] {
        let members = properties.map { property -> (String, [String: Any]) in
            let limits = SchemaLimits.of(property.name, in: name)
            if isInput, !property.isRequired, !property.schema.isNullable {
                return (property.name, JSONSchema.nullable(property.schema).json(limits))
            }
            return (property.name, property.schema.json(limits))
        }
        return [
            "type": "object", "properties": Dictionary(members) { first, _ in first },
            "required": properties.filter(\.isRequired).map(\.name),
            // A type that names no member takes any.
            "additionalProperties": properties.isEmpty,
        ]
    }
}

extension JSONSchema {
    fileprivate var isNullable: Bool {
        if case .nullable = self { true } else { false }
    }
}
