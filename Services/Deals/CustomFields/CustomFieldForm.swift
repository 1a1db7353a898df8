import Contracts
import RPC

/// Checks a definition, new or changed, and names all that is wrong with it.
struct CustomFieldForm: Sendable {
    static let optionsMax = 100

    private(set) var field: CustomField
    private(set) var faults: [FieldFault] = []

    init(_ new: NewCustomField, at now: Instant) {
        field = CustomField(
            key: new.key, label: new.label, type: new.type, options: new.options ?? [],
            requiredFor: new.requiredFor ?? [], archived: false, version: 1, createdAt: now, updatedAt: now)
        if !Self.isKey(new.key) {
            faults.append(
                FieldFault(
                    "key", "invalid", "must be a small letter and up to 39 letters, digits or underscores after it"))
        }
        check()
    }

    init(_ field: CustomField, _ patch: CustomFieldPatch) {
        self.field = field
        self.field.label = patch.label ?? field.label
        self.field.options = patch.options ?? field.options
        self.field.requiredFor = patch.requiredFor ?? field.requiredFor
        self.field.archived = patch.archived ?? field.archived
        check()
    }

    /// - Throws: `validation_failed` with every field that does not fit.
    func checked() throws(RPCFault) -> CustomField {
        guard faults.isEmpty else { throw .invalid(faults) }
        return field
    }

    private mutating func check() {
        field.label = TextRule("label", 1...80).check(field.label, &faults) ?? field.label
        field.requiredFor = Set(field.requiredFor).sorted { $0.rawValue < $1.rawValue }
        guard field.type == .choice else {
            if !field.options.isEmpty {
                faults.append(FieldFault("options", "not_allowed", "Only a choice has options."))
            }
            return
        }
        guard (1...Self.optionsMax).contains(field.options.count) else {
            return faults.append(
                FieldFault("options", "out_of_range", "A choice has 1 to \(Self.optionsMax) options."))
        }
        field.options = field.options.enumerated().map { index, option in
            TextRule("options[\(index)]", 1...80).check(option, &faults) ?? option
        }
        if Set(field.options).count != field.options.count {
            faults.append(FieldFault("options", "repeated", "must be different from each other"))
        }
    }

    private static func isKey(_ key: String) -> Bool {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        guard let first = key.utf8.first, letters.contains(first), key.utf8.count <= 40 else { return false }
        return key.utf8.allSatisfy { byte in
            letters.contains(byte | 0x20) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "_")
        }
    }
}
