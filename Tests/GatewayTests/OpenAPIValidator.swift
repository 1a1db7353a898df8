import Contracts
import Foundation

/// The part of JSON Schema 2020-12 that our documents use. Names every place where a value does not fit.
struct OpenAPIValidator {
    let document: OpenAPIJSON

    func faults(_ value: OpenAPIJSON, _ schema: OpenAPIJSON, at path: String = "$") -> [String] {
        var faults: [String] = []
        if let reference = schema["$ref"]?.text {
            guard let target = document.resolved(reference) else { return ["\(path): \(reference) leads nowhere"] }
            faults += self.faults(value, target, at: path)
        }
        if let choices = schema["anyOf"]?.items, !choices.contains(where: { self.faults(value, $0).isEmpty }) {
            faults.append("\(path): fits none of \(choices.count)")
        }
        if let type = schema["type"]?.text, !isOf(type, value) { return faults + ["\(path): is not of type \(type)"] }
        if let values = schema["enum"]?.items, !values.contains(value) { faults.append("\(path): is no such value") }
        switch value {
        case .text(let text): faults += textFaults(text, schema).map { "\(path): \($0)" }
        case .integer(let number):
            if let least = schema["minimum"]?.integer, number < least { faults.append("\(path): below \(least)") }
            if let most = schema["maximum"]?.integer, number > most { faults.append("\(path): above \(most)") }
        case .list(let items):
            guard let schema = schema["items"] else { break }
            for (index, item) in items.enumerated() { faults += self.faults(item, schema, at: "\(path)[\(index)]") }
        case .object(let members): faults += memberFaults(members, schema, path)
        case .null, .bool, .number: break
        }
        return faults
    }

    private func isOf(_ type: String, _ value: OpenAPIJSON) -> Bool {
        switch (type, value) {
        case ("null", .null), ("boolean", .bool), ("integer", .integer), ("number", .integer), ("number", .number),
            ("string", .text), ("array", .list), ("object", .object):
            true
        default: false
        }
    }

    private func memberFaults(
        _ members: [String: OpenAPIJSON], _ schema: OpenAPIJSON, _ path: String
    ) -> [String] {
        let missing = (schema["required"]?.items ?? []).compactMap(\.text).filter { members[$0] == nil }
        return missing.map { "\(path): lacks \($0)" }
            + members.flatMap { name, value -> [String] in
                let place = "\(path).\(name)"
                if let schema = schema["properties"]?[name] { return faults(value, schema, at: place) }
                switch schema["additionalProperties"] {
                case .bool(false): return ["\(place): is unknown"]
                case .object(let members): return faults(value, .object(members), at: place)
                default: return []
                }
            }
    }

    private func textFaults(_ text: String, _ schema: OpenAPIJSON) -> [String] {
        var faults: [String] = []
        let length = text.unicodeScalars.count
        if let least = schema["minLength"]?.integer, length < least { faults.append("shorter than \(least)") }
        if let most = schema["maxLength"]?.integer, length > most { faults.append("longer than \(most)") }
        if let pattern = schema["pattern"]?.text, text.range(of: pattern, options: .regularExpression) == nil {
            faults.append("does not match \(pattern)")
        }
        let isFormed =
            switch schema["format"]?.text {
            case "uuid": UUID(uuidString: text) != nil
            case "date": BusinessDate(text: text) != nil
            case "date-time": Instant(text: text) != nil
            default: true
            }
        if !isFormed { faults.append("is malformed") }
        return faults
    }
}
