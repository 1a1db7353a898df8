import Contracts
import RPC

/// A stage of a pipeline: its deals stand in one index, in the order of their changes.
struct BoardColumn: Sendable {
    let pipeline: DealType
    let stage: String
}

/// A checked question for a board, or for the next cards of one of its columns.
struct BoardRequest: Sendable {
    static let limits = 1...50
    static let statuses: [DealStatus] = [.active, .onHold, .won]
    private static let usual = DealCondition.field(.status, .isOneOf(statuses.map { .text($0.rawValue) }))

    let pipeline: DealType
    let limit: Int
    let sort: ListSort
    /// The key of the one stage that is answered; nil for all.
    let column: String?
    let after: ListCursor?
    let convertTo: Currency?
    /// By the rates of which day; today's when nil.
    let asOf: BusinessDate?
    /// Of every column; nil for all deals.
    let filter: DealCondition?

    /// - Throws: `query_invalid` with every parameter that does not fit, or `cursor_invalid`.
    init(_ query: DealBoardQuery) throws(RPCFault) {
        var faults: [FieldFault] = []
        limit = query.limit ?? Self.limits.upperBound
        if !Self.limits.contains(limit) {
            faults.append(FieldFault("limit", "out_of_range", "must be 1 to \(Self.limits.upperBound)"))
        }
        sort = ListRequest.sort(query.sort, &faults)
        column = query.column
        convertTo = query.convertTo.flatMap(Currency.init(code:))
        if query.convertTo != nil, convertTo == nil {
            faults.append(FieldFault("convertTo", "invalid", "must be an ISO 4217 code such as USD"))
        }
        asOf = query.asOf
        if query.asOf != nil, query.convertTo == nil {
            faults.append(FieldFault("convertTo", "missing", "is required with asOf"))
        }
        if query.cursor != nil, query.column == nil {
            faults.append(FieldFault("column", "missing", "is required with cursor"))
        }
        var parts: [DealCondition] = []
        if query.filters.status == nil {
            parts.append(Self.usual)
        }
        if let asked = FilterParameters.condition(query.filters, &faults) { parts.append(asked) }
        guard faults.isEmpty else { throw ListRequest.queryInvalid(faults) }
        pipeline = query.pipeline
        filter = parts.isEmpty ? nil : .all(parts)
        after = try ListRequest.after(query.cursor, sort: sort)
    }

    /// Those that are answered.
    /// - Throws: `query_invalid` when the pipeline has no such column.
    func stages(of pipeline: Pipeline) throws(RPCFault) -> [Stage] {
        guard let column else { return pipeline.stages }
        guard let stage = pipeline.stage(column) else {
            let keys = pipeline.stages.map(\.key).joined(separator: ", ")
            throw ListRequest.queryInvalid([FieldFault("column", "unknown", "must be one of \(keys)")])
        }
        return [stage]
    }

    /// What makes the deals fewer than a pipeline usually has; nil for nothing.
    var narrowing: DealCondition? {
        guard let filter, filter != .all([Self.usual]) else { return nil }
        return .all([.field(.type, .equals(.text(pipeline.rawValue))), filter])
    }

    func cards(of stage: Stage) -> ListRequest {
        ListRequest(
            BoardColumn(pipeline: pipeline, stage: stage.key), filter: filter, limit: limit, sort: sort, after: after)
    }
}
