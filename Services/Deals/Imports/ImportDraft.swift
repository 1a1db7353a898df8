import Contracts
import RPC

/// What one row asks for, read from its cells; what it comes to, the deals say.
struct ImportDraft: Sendable {
    /// How the row names its deal.
    enum Identity: Sendable, Hashable {
        /// It is a new one.
        case none
        case deal(String)
        case external(source: String, id: String)
    }

    static let externalIDRule = TextRule(ImportFields.externalId, 1...200)

    let identity: Identity
    let version: Int64?
    /// Where the deal is to stand: a stage or a status.
    let stage: String?
    let stageReason: String?
    let stageEffectiveOn: BusinessDate?
    /// In the cells of the row itself.
    let faults: [FieldFault]
    private let cells: FieldCells

    var codeName: String? { cells.texts["codeName"] }

    /// Whether it says something that a new deal gets in a second step.
    let setsLater: Bool

    /// A new deal and nothing but that.
    var isPlainOpening: Bool { identity == .none && stage == nil && !setsLater }

    init(_ row: [String], _ plan: ImportPlan) {
        let cells = plan.cells(row)
        var faults: [FieldFault] = []
        let own = CellDecoder.decode(RowFields.self, cells.only(ImportFields.ofRow).withoutCleared, &faults)
        if let deal = own?.deal {
            identity = .deal(deal)
        } else if let external = own?.externalId, let source = plan.mapping.externalSource {
            identity = .external(source: source, id: Self.externalIDRule.check(external, &faults) ?? external)
        } else {
            identity = .none
            if plan.mapping.externalSource != nil {
                faults.append(FieldFault(ImportFields.externalId, "missing", "is required"))
            }
        }
        version = own?.version
        stage = own?.stage?.lowercased()
        stageReason = own?.stageReason
        stageEffectiveOn = own?.stageEffectiveOn
        self.faults = faults
        self.cells = cells
        setsLater = !cells.withoutCleared.only(ImportFields.toChangeLater).isEmpty
    }

    /// As a new deal, and what of it is set once it is there.
    func opening(_ faults: inout [FieldFault]) -> (new: NewDeal, rest: DealPatch)? {
        let cells = cells.withoutCleared
        let new = CellDecoder.decode(NewDeal.self, cells.only(ImportFields.toOpen), &faults)
        let rest =
            setsLater
            ? CellDecoder.decode(DealPatch.self, cells.only(ImportFields.toChangeLater), &faults) : DealPatch()
        guard let new, let rest else { return nil }
        return (new, rest)
    }

    /// As a change of a deal that is there. What only a new deal takes must be as it is.
    func change(of deal: Deal, _ faults: inout [FieldFault]) -> DealPatch {
        let fixed = CellDecoder.decode(
            FixedFields.self, cells.only(ImportFields.toOpen.subtracting(ImportFields.toChange)).withoutCleared, &faults
        )
        if let type = fixed?.type, type != deal.type {
            faults.append(FieldFault("type", "not_changeable", "A deal keeps its type."))
        }
        if let day = fixed?.originatedOn, day != deal.originatedOn {
            faults.append(FieldFault("originatedOn", "not_changeable", "A deal keeps the day of its origin."))
        }
        var patch = CellDecoder.decode(DealPatch.self, cells.only(ImportFields.toChange), &faults) ?? DealPatch()
        // The chance that the deal has by its stage is not made somebody's own by being read again.
        if patch.probability == .set(deal.probability) { patch.probability = nil }
        return patch
    }

    private struct RowFields: Decodable {
        var deal: String?
        var externalId: String?
        var version: Int64?
        var stage: String?
        var stageReason: String?
        var stageEffectiveOn: BusinessDate?
    }

    private struct FixedFields: Decodable {
        var type: DealType?
        var originatedOn: BusinessDate?
    }
}
