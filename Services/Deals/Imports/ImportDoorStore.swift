import Contracts
import Foundation
import GRDB
import RPC

/// Makes of a row what it asks for, through the doors that a single call goes through.
struct ImportDoor {
    struct Made: Sendable {
        let outcome: ImportRowOutcome
        let deal: Deal
        let undo: ImportUndo?
    }

    let db: Database
    let deals: DealStore
    let transitions: TransitionStore
    /// Of the transaction.
    let rules: DealStore.OpeningRules
    let caller: Caller
    let leadName: String
    /// Nothing of it will stay. Then the row's code name is exchanged for one that nobody has: whether a name is free is
    /// told only to who takes it, for then he leaves a trace.
    let isTrial: Bool

    /// What comes of a row, undone alone where it is refused or only tried.
    /// - Parameter opening: of a plain opening, if that was looked at before, by the same rules.
    func attempt(_ draft: ImportDraft, _ opening: ImportOpening? = nil) throws -> Result<Made, RPCFault> {
        guard draft.isPlainOpening else {
            return try db.alone(isTrial: isTrial) { try isTrial ? apply(draft) : applyTraced(draft) }
        }
        // It is refused before anything is written, so there is nothing to undo, and a savepoint would only cost.
        do { return .success(try open(draft, opening)) } catch let fault as RPCFault { return .failure(fault) }
    }

    /// - Throws: `RPCFault` for what the row asks for and does not get.
    private func apply(_ draft: ImportDraft) throws -> Made {
        guard let deal = try target(draft.identity) else { return try open(draft) }
        return try change(deal, draft)
    }

    /// The same for a row that stays. A move that is refused would take a name back that was free, and so tell of it
    /// without a trace: such a row is tried first under a name that nobody has.
    private func applyTraced(_ draft: ImportDraft) throws -> Made {
        if draft.stage != nil {
            let trial = ImportDoor(
                db: db, deals: deals, transitions: transitions, rules: rules, caller: caller, leadName: leadName,
                isTrial: true)
            _ = try db.alone(isTrial: true) { try trial.apply(draft) }.get()
        }
        return try apply(draft)
    }

    /// The deal that a row is of; nil when it is a new one. Of what the caller may not see there is none.
    func target(_ identity: ImportDraft.Identity) throws -> Deal? {
        switch identity {
        case .none: return nil
        case .deal(let text):
            guard let reference = DealReference(text: text) else { throw RPCFault.notFound("deal") }
            return try DealRows.seen(reference, by: caller, may: .edit, in: db).deal
        case .external(let source, let id):
            let known = try UUID.fetchAll(
                db.cachedStatement(sql: "SELECT deal_id FROM external_id WHERE source = ? AND external_id = ?"),
                arguments: [source, id])
            let seen = try DealRows.visible(Set(known), to: caller, in: db).ids
            guard seen.count <= 1 else {
                let words = "Several deals have this name; say which by deal."
                throw RPCFault.invalid([FieldFault(ImportFields.externalId, "ambiguous", words)])
            }
            return try seen.first.map { try DealRows.seen(.id($0), by: caller, may: .edit, in: db).deal }
        }
    }

    private func open(_ draft: ImportDraft, _ opening: ImportOpening? = nil) throws -> Made {
        let opening = try opening ?? ImportOpening(draft, by: rules, for: caller)
        guard opening.faults.isEmpty, case (let new, let rest, var form)? = opening.deal else {
            throw RPCFault.invalid(opening.faults)
        }
        if isTrial {
            // Nothing is left that could refuse it.
            if draft.stage == nil, !draft.setsLater { return Made(outcome: .created, deal: form.deal, undo: nil) }
            var named = new
            named.codeName = UUID().text
            form = try rules.form(named, for: caller)
        }
        let created = try deals.open(form, leadName: leadName, by: caller, in: db)
        if case .external(let source, let id) = draft.identity {
            try db.cachedStatement(sql: "INSERT INTO external_id (source, external_id, deal_id) VALUES (?, ?, ?)")
                .execute(arguments: [source, id, created.id])
        }
        return Made(outcome: .created, deal: try finish(created, rest, draft), undo: nil)
    }

    private func change(_ deal: Deal, _ draft: ImportDraft) throws -> Made {
        try caller.expecting(draft.version).requireVersion(of: deal)
        var faults = draft.faults
        var patch = draft.change(of: deal, &faults)
        var form = DealForm(deal, in: try deals.pipelines.pipeline(of: deal.type, in: db), today: caller.today)
        form.apply(patch)
        faults += form.faults
        guard faults.isEmpty else { throw RPCFault.invalid(faults) }
        if isTrial, form.deal.codeName != deal.codeName { patch.codeName = .set(UUID().text) }
        let changed = try finish(deal, patch, draft)
        guard changed.version != deal.version else { return Made(outcome: .unchanged, deal: deal, undo: nil) }
        let undo = try ImportUndo(from: changed, backTo: deal)
        return Made(outcome: .updated, deal: changed, undo: undo)
    }

    /// Sets the fields and moves the deal to where it is to stand, in one go where the move takes the fields with it.
    private func finish(_ deal: Deal, _ patch: DealPatch, _ draft: ImportDraft) throws -> Deal {
        let reference = DealReference.id(deal.id)
        guard let stage = draft.stage, stage != deal.stage, stage != deal.status.rawValue else {
            return try patch == DealPatch() ? deal : deals.update(reference, patch, by: caller, in: db)
        }
        var fields = patch
        if patch.codeName != nil {
            var name = DealPatch()
            (name.codeName, fields.codeName) = (patch.codeName, nil)
            _ = try deals.update(reference, name, by: caller, in: db)
        }
        let move = Move(
            toStage: stage, reason: draft.stageReason, effectiveOn: draft.stageEffectiveOn,
            fields: fields == DealPatch() ? nil : fields)
        return try transitions.move(reference, move, by: caller, in: db).deal
    }
}
