import Contracts

/// What a column may be mapped to. The fields of a deal are those that the calls take to open and to change one.
enum ImportFields {
    static let deal = "deal"
    static let externalId = "externalId"
    static let version = "version"
    static let stage = "stage"
    static let stageReason = "stageReason"
    static let stageEffectiveOn = "stageEffectiveOn"

    /// Of the row rather than of a deal.
    static let ofRows = [deal, externalId, version, stage, stageReason, stageEffectiveOn]
    static let ofRow = Set(ofRows)
    /// Not the same for two rows.
    static let ofOneRow: Set = [deal, externalId, version, "codeName"]

    private static let opening = cells(of: NewDeal(codeName: "", type: .strategicAdvisory, clientName: ""))
    private static let changing = cells(of: DealPatch())

    /// As columns of a file of deals are called.
    static let ofDeals: [String] = {
        let opened = opening.map(\.column)
        return opened + changing.map(\.column).filter { !opened.contains($0) }
    }()
    static let all = ofRows + ofDeals

    /// What a new deal must have.
    static let required = opening.filter { !$0.isOptional }.map(\.column)
    static let toOpen = Set(opening.map(\.column))
    static let toChange = Set(changing.map(\.column))
    /// What a new deal gets in a second step.
    static let toChangeLater = toChange.subtracting(toOpen)

    private static func cells(of contract: some Encodable) -> [NamedCell] {
        // Nothing in them can fail: they are texts and choices. A test holds the list against the contracts.
        (try? CellEncoder.cells(of: contract)) ?? []
    }
}
