package import Foundation
package import RPC

/// How many rows came to what. `valid` and `invalid` are of the validation, the others of what was done.
package struct ImportCounts: Codable, Sendable, Hashable {
    package var valid = 0
    package var invalid = 0
    package var created = 0
    package var updated = 0
    /// Of deals that were as the row has them.
    package var unchanged = 0
    /// Valid when they were validated, and no more when they were committed.
    package var refused = 0
    package var reverted = 0
    /// Changed by somebody since, and so not reverted.
    package var kept = 0

    package init() {}
}

/// What became of a row.
package enum ImportRowOutcome: String, Codable, Sendable, CaseIterable {
    case valid, invalid, created, updated, unchanged, refused, reverted, kept
}

package struct ImportRowQuery: Codable, Sendable {
    /// 1 ... 200, 50 when left out.
    package var limit: Int?
    package var cursor: String?
    package var outcome: ImportRowOutcome?

    package init(limit: Int? = nil, cursor: String? = nil, outcome: ImportRowOutcome? = nil) {
        self.limit = limit
        self.cursor = cursor
        self.outcome = outcome
    }
}

/// Rows in the order of the file.
package struct ImportRowPage: Codable, Sendable {
    package var items: [ImportRow]
    package var nextCursor: String?

    package init(items: [ImportRow], nextCursor: String?) {
        self.items = items
        self.nextCursor = nextCursor
    }
}

package struct ImportRow: Codable, Sendable, Hashable {
    /// The first row under the columns' names is 1.
    package var row: Int
    /// Where it begins in the file.
    package var line: Int
    /// Nil until it is validated.
    package var outcome: ImportRowOutcome?
    package var cells: [String]
    /// Of a row that became one, or changed it.
    package var dealId: UUID?
    package var errors: [FieldFault]

    package init(
        row: Int, line: Int, outcome: ImportRowOutcome?, cells: [String], dealId: UUID?, errors: [FieldFault]
    ) {
        self.row = row
        self.line = line
        self.outcome = outcome
        self.cells = cells
        self.dealId = dealId
        self.errors = errors
    }
}
