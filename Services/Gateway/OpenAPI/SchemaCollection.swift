import RPC

/// The named schemas that a document refers to, each once.
struct SchemaCollection {
    private var shapes: [String: JSONSchema.Shape] = [:]
    private var choices: [String: [String]] = [:]
    /// The shapes that clients send.
    private var inputs: Set<String> = []
    /// Types that could not be asked, or that share a name with another: the document would lie about them.
    private(set) var faults: [String] = []

    init(_ routes: [Route]) {
        add(.of(FieldFault.self), isInput: false)
        for route in routes {
            if let input = route.input { add(input, isInput: true) }
            if let output = route.documentedOutput { add(output, isInput: false) }
            for parameter in route.query { add(route.schema(of: parameter), isInput: true) }
        }
    }

    private mutating func add(_ schema: JSONSchema, isInput: Bool) {
        switch schema {
        case .string, .integer, .number, .boolean, .named, .anything: break
        case .choice(let name, let values):
            if let known = choices.updateValue(values, forKey: name), known != values { faults.append(name) }
        case .array(let inner), .map(let inner), .nullable(let inner): add(inner, isInput: isInput)
        case .anyOf(let choices): for choice in choices { add(choice, isInput: isInput) }
        case .object(let shape):
            if let known = shapes.updateValue(shape, forKey: shape.name), known != shape { faults.append(shape.name) }
            if isInput { inputs.insert(shape.name) }
            for property in shape { add(property.schema, isInput: isInput) }
        case .unknown(let name): faults.append(name)
        }
    }

    var json: [String: Any] {
        var out: [String: Any] = choices.mapValues { ["type": "string", "enum": $0] as [String: Any] }
        for (name, shape) in shapes { out[name] = shape.json(isInput: inputs.contains(name)) }
        out["Problem"] = Self.problem
        return out
    }

    private static var problem: [String: Any] {
        [
            "type": "object", "description": "What went wrong (RFC 9457).",
            "required": ["type", "title", "status", "detail", "instance", "code", "requestId"],
            "properties": [
                "type": ["type": "string", "format": "uri", "description": "urn:ibpipeline:problem: and the code"],
                "title": ["type": "string"],
                "status": ["type": "integer", "minimum": 400, "maximum": 599],
                "detail": ["type": "string", "description": "One sentence for people."],
                "instance": ["type": "string", "description": "The path of the request."],
                "code": ["type": "string", "pattern": "^[a-z0-9_]+$", "description": "Stable, for programs."],
                "requestId": ["type": "string"],
                "errors": ["type": "array", "items": JSONSchema.reference("FieldFault")],
                "conflictingFields": [
                    "type": "array", "items": ["type": "string"],
                    "description": "With 412: the fields that you set and others changed; a custom field by its key.",
                ],
                "current": ["type": "object", "description": "With 412: the resource as it stands."],
            ] as [String: [String: Any]],
            // Clients must ignore members they do not know (RFC 9457 section 3.2).
            "additionalProperties": true,
        ]
    }
}
