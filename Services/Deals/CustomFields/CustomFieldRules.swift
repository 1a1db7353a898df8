import Contracts
import Foundation
import RPC

/// Which values the custom fields of a deal may have.
struct CustomFieldRules: Sendable {
    static let textScalarsMax = 1000
    /// Beyond, a JSON number is not exact everywhere.
    static let numberMax = 1e15
    /// Of all values of one deal as JSON: the deal's row, its answers and lists stay small.
    static let bytesMax = 32 * 1024

    /// Of a key that nobody defined, as much is named: many deals that are given it at once each say so.
    private static let keyShownMax = 100

    private let definitions: [String: CustomField]
    private let type: DealType

    init(_ definitions: [CustomField], of type: DealType) {
        self.definitions = Dictionary(definitions.map { ($0.key, $0) }) { first, _ in first }
        self.type = type
    }

    /// The values after a change; those that do not fit add a fault and stay as they were.
    func apply(
        _ patch: Patch<[String: Patch<CustomValue>]>?, to values: [String: CustomValue], _ faults: inout [FieldFault]
    ) -> [String: CustomValue] {
        let changes: [String: Patch<CustomValue>]
        switch patch {
        case nil: return values
        case .clear: changes = values.mapValues { _ in .clear }
        case .set(let named): changes = named
        }
        guard changes.count <= CustomFieldStore.fieldsMax else {
            faults.append(
                FieldFault("customFields", "too_many", "must name at most \(CustomFieldStore.fieldsMax) fields"))
            return values
        }
        var result = values
        // In order, so that the same request gets the same answer.
        for (key, change) in changes.sorted(by: { $0.key < $1.key }) {
            let field = "customFields.\(key.prefix(Self.keyShownMax))"
            guard let definition = definitions[key] else {
                faults.append(FieldFault(field, "unknown_field", "There is no such custom field."))
                continue
            }
            switch change {
            case .clear where definition.isRequired(for: type):
                faults.append(FieldFault(field, "required", "must not be null"))
            case .clear: result[key] = nil
            case .set(let value) where value == values[key]: break
            case .set where definition.archived:
                faults.append(FieldFault(field, "archived", "This field takes no new values."))
            case .set(let value): if let value = check(value, definition, field, &faults) { result[key] = value }
            }
        }
        if let bytes = try? StrictJSON.encode(result).count, bytes > Self.bytesMax {
            faults.append(FieldFault("customFields", "too_long", "must have at most \(Self.bytesMax) bytes in all"))
        }
        return result
    }

    /// What a new deal of this type lacks.
    func missing(in values: [String: CustomValue]) -> [FieldFault] {
        definitions.values.filter { $0.isRequired(for: type) && values[$0.key] == nil }.map(\.key).sorted().map {
            FieldFault("customFields.\($0)", "required", "is required of deals of this type")
        }
    }

    private func check(
        _ value: CustomValue, _ definition: CustomField, _ field: String, _ faults: inout [FieldFault]
    ) -> CustomValue? {
        switch (definition.type, value) {
        case (.text, .text(let text)):
            return TextRule(field, 1...Self.textScalarsMax, allowsLines: true).check(text, &faults).map(
                CustomValue.text)
        case (.choice, .text(let text)) where definition.options.contains(text): return value
        case (.choice, _):
            faults.append(FieldFault(field, "invalid", "must be one of the field's options"))
        case (.date, .text(let text)) where BusinessDate(text: text) != nil: return value
        case (.date, _):
            faults.append(FieldFault(field, "invalid", "must be a date such as 2026-11-21"))
        case (.number, .number(let number)) where number.magnitude <= Self.numberMax: return value
        case (.number, .number): faults.append(FieldFault(field, "out_of_range", "must be within ±10^15"))
        case (.money, .money), (.boolean, .flag): return value
        default: faults.append(FieldFault(field, "wrong_type", "must be \(definition.type.words)"))
        }
        return nil
    }
}

extension CustomField {
    func isRequired(for type: DealType) -> Bool { !archived && requiredFor.contains(type) }
}

extension CustomFieldType {
    fileprivate var words: String {
        switch self {
        case .text, .date, .choice: "a string"
        case .number: "a number"
        case .money: "an amount with its currency"
        case .boolean: "true or false"
        }
    }
}
