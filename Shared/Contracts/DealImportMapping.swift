/// Which column of the file is which field of a deal, and how to read it. Beside the fields of a deal there are
/// `deal` (id or number of one that is there), `externalId` (the row's name in the system it comes from), `version` (that
/// the deal must still have), `stage`, `stageReason` and `stageEffectiveOn` (where the deal is to stand).
package struct ImportMapping: Codable, Sendable, Hashable {
    package var columns: [ImportColumn]
    /// What is the same for all rows.
    package var constants: [ImportConstant]?
    /// `YYYY-MM-DD` when left out.
    package var dateFormat: ImportDateFormat?
    /// `1,234.56` when left out.
    package var numberFormat: ImportNumberFormat?
    /// `keep` when left out.
    package var emptyCells: ImportEmptyCells?
    /// The system that external ids come from.
    package var externalSource: String?

    package init(
        columns: [ImportColumn], constants: [ImportConstant]? = nil, dateFormat: ImportDateFormat? = nil,
        numberFormat: ImportNumberFormat? = nil, emptyCells: ImportEmptyCells? = nil, externalSource: String? = nil
    ) {
        self.columns = columns
        self.constants = constants
        self.dateFormat = dateFormat
        self.numberFormat = numberFormat
        self.emptyCells = emptyCells
        self.externalSource = externalSource
    }
}

package struct ImportColumn: Codable, Sendable, Hashable {
    package var column: String
    package var field: String

    package init(_ column: String, as field: String) { (self.column, self.field) = (column, field) }
}

package struct ImportConstant: Codable, Sendable, Hashable {
    package var field: String
    package var value: String

    package init(_ field: String, _ value: String) { (self.field, self.value) = (field, value) }
}

package enum ImportDateFormat: String, Codable, Sendable, CaseIterable {
    case yearMonthDay = "YYYY-MM-DD"
    case dayMonthYear = "DD.MM.YYYY"
    case dayMonthYearSlashes = "DD/MM/YYYY"
    case monthDayYearSlashes = "MM/DD/YYYY"
}

/// Which sign divides the decimals; the other one may group the digits before it by three.
package enum ImportNumberFormat: String, Codable, Sendable, CaseIterable {
    case decimalPoint = "1,234.56"
    case decimalComma = "1.234,56"
}

/// What an empty cell says of a deal that is there.
package enum ImportEmptyCells: String, Codable, Sendable, CaseIterable { case keep, clear }
