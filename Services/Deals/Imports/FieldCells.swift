import Contracts

/// The cells of one row under the fields that they are mapped to.
struct FieldCells: Sendable {
    /// Those that say something, without the space around it.
    private(set) var texts: [String: String] = [:]
    /// Those that empty their field.
    private(set) var cleared: Set<String> = []
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
        } else if emptyClears {
            cleared.insert(field)
        }
    }

    /// Whether the row says something of a member. An amount is what decides for its currency, too.
    func names(_ member: String) -> Bool {
        texts[member] != nil || texts["\(member).amount"] != nil || clears(member)
    }

    func clears(_ member: String) -> Bool { cleared.contains(member) || cleared.contains("\(member).amount") }

    /// Without the members that are not among these.
    func only(_ members: Set<String>) -> FieldCells {
        var cells = self
        cells.texts = texts.filter { members.contains($0.key) }
        cells.cleared = cleared.filter(members.contains)
        return cells
    }

    /// Nothing of a deal that is not there yet can be emptied.
    var withoutCleared: FieldCells {
        var cells = self
        cells.cleared = []
        return cells
    }
}
