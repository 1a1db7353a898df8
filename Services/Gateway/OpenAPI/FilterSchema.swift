import Contracts

extension JSONSchema {
    /// Written by hand: a filter stands inside itself, and decodes from any JSON. One of and, or, not, or field with op and
    /// value; the deals service says which.
    static let dealFilter: JSONSchema = {
        let name = String(describing: DealFilter.self)
        return .object(
            Shape(
                name: name,
                properties: [
                    Property(name: "and", schema: .array(.named(name)), isRequired: false),
                    Property(name: "or", schema: .array(.named(name)), isRequired: false),
                    Property(name: "not", schema: .named(name), isRequired: false),
                    Property(name: "field", schema: .of(DealFilterField.self), isRequired: false),
                    Property(name: "op", schema: .of(DealFilterOperation.self), isRequired: false),
                    Property(name: "value", schema: .anything, isRequired: false),
                ]))
    }()
}
