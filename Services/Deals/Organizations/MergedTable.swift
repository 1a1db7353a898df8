import Contracts
import Foundation

/// A table whose rows belong to organizations: a merge moves them, and its undoing brings them back. Each has the columns
/// `id`, `updated_ms` and `version`, which counts up by one with every change.
struct MergedTable: Sendable {
    /// As the records of a merge name its rows.
    let kind: String
    let table: String
    /// The organization that a row belongs to.
    let column: String
    /// What was removed or deleted stays where it was.
    let live: String
    /// Whose rows not everybody may know of who may undo a merge.
    let secrecy: Secrecy

    enum Secrecy: Sendable {
        case none, ofOrganization, ofDeal

        /// Of the table as `t`, what tells who may know of a row.
        var column: String {
            switch self {
            case .none: "NULL"
            case .ofOrganization: "t.shared"
            case .ofDeal: "t.deal_id"
            }
        }
    }

    static let all = [
        MergedTable(
            kind: "subsidiaries", table: "organization", column: "parent_id", live: "merged_into IS NULL",
            secrecy: .ofOrganization),
        MergedTable(
            kind: "persons", table: "person", column: "organization_id", live: "deleted_ms IS NULL", secrecy: .none),
        MergedTable(
            kind: "parties", table: "deal_party", column: "organization_id", live: "removed_ms IS NULL",
            secrecy: .ofDeal),
        MergedTable(
            kind: "counterparties", table: "counterparty", column: "organization_id", live: "removed_ms IS NULL",
            secrecy: .ofDeal),
    ]
}
