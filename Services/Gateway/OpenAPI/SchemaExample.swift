/// A value that fits a schema, as JSON: the same one each time, in the words of the field where we have some. Optional
/// members are shown unless that would make an example that nobody would send.
enum SchemaExample {
    static func value(_ schema: JSONSchema) -> Any { value(schema, name: "", shape: "") }

    /// - Parameters:
    ///   - name: of the member that holds the value.
    ///   - shape: the object that has the member.
    static func value(_ schema: JSONSchema, name: String, shape: String) -> Any {
        let path = "\(shape).\(name)"
        switch schema {
        case .string(let format, let values): return text(path, name, format, values)
        case .choice(_, let values):
            let allowed = SchemaLimits.of(name, in: shape).values ?? values
            let wanted = ExampleTexts.texts[path] ?? ExampleTexts.texts[name] ?? ""
            return allowed.contains(wanted) ? wanted : allowed.first ?? ""
        case .integer: return ExampleTexts.integers[path] ?? ExampleTexts.integers[name] ?? 1
        case .number: return ExampleTexts.numbers[name] ?? 1.5
        case .boolean: return !ExampleTexts.untrue.contains(name)
        case .array(let items):
            return ExampleTexts.emptyLists.contains(name) ? [Any]() : [value(items, name: name, shape: shape)]
        case .map(let values):
            return [ExampleTexts.mapKeys[name] ?? ExampleTexts.mapKey: value(values, name: name, shape: shape)]
        case .object(let shape): return members(shape)
        case .nullable(let inner): return value(inner, name: name, shape: shape)
        case .anyOf(let choices): return choices.first.map { value($0, name: name, shape: shape) } ?? ""
        case .anything: return ExampleTexts.texts[path] ?? "text"
        case .named, .unknown: return [String: Any]()
        }
    }

    private static func members(_ shape: JSONSchema.Shape) -> [String: Any] {
        let shown = ExampleTexts.shown[shape.name]
        let members = shape.filter { $0.isRequired || shown?.contains($0.name) ?? true }
            .map { ($0.name, value($0.schema, name: $0.name, shape: shape.name)) }
        return Dictionary(members) { first, _ in first }
    }

    private static func text(_ path: String, _ name: String, _ format: String?, _ values: [String]) -> String {
        if let first = values.first { return first }
        switch format {
        case "uuid": return ExampleTexts.ids[path] ?? ExampleTexts.ids[name] ?? ExampleTexts.personID
        case "date": return ExampleTexts.dates[name] ?? "2026-03-16"
        case "date-time": return ExampleTexts.times[name] ?? "2026-03-16T09:30:00.125Z"
        default: return ExampleTexts.texts[path] ?? ExampleTexts.texts[name] ?? "text"
        }
    }
}
