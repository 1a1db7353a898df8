import Contracts
import RPC

/// The deal that a row would open, as far as that can be said without a look at other deals.
struct ImportOpening: Sendable {
    /// All that is wrong with the row.
    let faults: [FieldFault]
    /// Nil when it cannot even be read as one.
    let deal: (new: NewDeal, rest: DealPatch, form: DealForm)?

    init(_ draft: ImportDraft, by rules: DealStore.OpeningRules, for caller: Caller) throws {
        var faults = draft.faults
        guard let (new, rest) = draft.opening(&faults) else {
            (self.faults, deal) = (faults, nil)
            return
        }
        let form = try rules.form(new, for: caller)
        faults += form.faults
        if draft.setsLater {
            var later = DealForm(form.deal, in: try rules.pipeline(of: new.type), today: caller.today)
            later.apply(rest)
            faults += later.faults
        }
        (self.faults, deal) = (faults, (new, rest, form))
    }
}

/// A row before its turn.
struct ReadyRow: Sendable {
    let row: KeptRow
    let draft: ImportDraft
    /// Of rows that only open a deal.
    let opening: ImportOpening?
}

/// The next rows of a commit. They are made ready while those before them are written: what can be said of a row
/// without the writer does not keep the writer waiting.
struct ReadyRows: Sendable {
    let rows: [ReadyRow]
    /// What the openings were checked against.
    let rules: DealStore.OpeningRules
}
