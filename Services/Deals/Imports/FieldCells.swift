import Contracts

/// The cells of one row under the fields that they are mapped to.
struct FieldCells: Sendable {
    /// Those that say something, without the space around it.
    private(set) var texts: [String: String] = [:]
    /// Those that empty their field.
    private(set) var cleared: Set<String> = []
    /// The members that those are of.
    private var named: Set<String> = []
    private var emptied: Set<String> = []
    let dates: ImportDateFormat
    let numbers: ImportNumberFormat

    init(dates: ImportDateFormat = .yearMonthDay, numbers: ImportNumberFormat = .decimalPoint) {
        self.dates = dates
        self.numbers = numbers
    }

    mutating func set(_ field: String, _ text: String, emptyClears: Bool) {
        let text = FormulaText.unguarded(text).trimmed
        if !text.isEmpty {
            texts[field] = text
            named.insert(Self.member(field))
        } else if emptyClears {
            cleared.insert(field)
            emptied.insert(Self.member(field))
        }
    }

    var isEmpty: Bool { texts.isEmpty && cleared.isEmpty }

    /// Whether the row says something of a member. An amount is what decides for its currency, too.
    func names(_ member: String) -> Bool { named.contains(member) || emptied.contains(member) }

    func clears(_ member: String) -> Bool { emptied.contains(member) }

    private static func member(_ field: String) -> String {
        field.hasSuffix(".amount") ? String(field.dropLast(7)) : field
    }

    /// Without the fields that are not among these.
    func only(_ fields: Set<String>) -> FieldCells {
        var cells = FieldCells(dates: dates, numbers: numbers)
        for (field, text) in texts where fields.contains(field) {
            cells.texts[field] = text
            cells.named.insert(Self.member(field))
        }
        for field in cleared where fields.contains(field) {
            cells.cleared.insert(field)
            cells.emptied.insert(Self.member(field))
        }
        return cells
    }

    /// Nothing of a deal that is not there yet can be emptied.
    var withoutCleared: FieldCells {
        var cells = self
        (cells.cleared, cells.emptied) = ([], [])
        return cells
    }
}
