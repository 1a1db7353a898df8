import Contracts
import Foundation
import GRDB
import RPC

/// Tries rows as if they were committed, and writes down what would become of each.
struct ImportTrial {
    /// Of one row, so that nonsense does not fill the disk.
    static let errorsMax = 50

    let door: ImportDoor
    let job: UUID
    let plan: ImportPlan

    func isValid(_ row: KeptRow) throws -> Bool {
        let draft = ImportDraft(row.cells, plan)
        var errors: [FieldFault] = []
        let name = draft.codeName.map(FoldedText.of)
        let identity = try identity(of: draft)
        if let name, try ImportRows.hasName(name, before: row.number, of: job, in: door.db) {
            errors.append(FieldFault("codeName", "repeated", "An earlier row has this code name."))
        }
        if let identity, try ImportRows.hasIdentity(identity, before: row.number, of: job, in: door.db) {
            errors.append(FieldFault("", "repeated", "An earlier row is of the same deal."))
        }
        if case .failure(let fault) = try door.attempt(draft) { errors += fault.ofRow }
        errors = Array(errors.prefix(Self.errorsMax))
        try ImportRows.saveValidated(row.number, errors, name: name, identity: identity, of: job, in: door.db)
        return errors.isEmpty
    }

    /// By its deal where it is there, by its name elsewhere where it is not; nil for a row that names none.
    private func identity(of draft: ImportDraft) throws -> String? {
        switch draft.identity {
        case .none: return nil
        case .deal, .external:
            let deal = try door.db.alone { try door.target(draft.identity)?.id.text }
            if case .success(let id?) = deal { return id }
            guard case .external(_, let id) = draft.identity else { return nil }
            return "external:\(id)"
        }
    }
}
