import Contracts
import RPC

/// Reads the filters of a query string as conditions of the one grammar, all of which must hold, and names every
/// parameter that does not fit.
struct FilterParameters {
    static let staleDays: ClosedRange<Int64> = 1...3660

    private var parts: [DealCondition] = []
    private var faults: [FieldFault] = []

    /// - Returns: nil when nothing is asked for, or something does not fit.
    static func condition(_ filters: DealFilters, _ faults: inout [FieldFault]) -> DealCondition? {
        var reader = FilterParameters()
        reader.readRecord(filters)
        reader.readPeople(filters)
        reader.readValue(filters)
        reader.readTimes(filters)
        faults += reader.faults
        return reader.parts.isEmpty || !reader.faults.isEmpty ? nil : .all(reader.parts)
    }

    /// Few forms that are asked again and again, as the list always took them.
    static func isCommon(_ condition: DealCondition) -> Bool {
        guard case .all(let parts) = condition else { return false }
        return parts.allSatisfy { part in
            guard case .field(let field, .equals) = part else { return false }
            return [.type, .stage, .status, .lead].contains(field)
        }
    }

    private mutating func readRecord(_ filters: DealFilters) {
        any(.type, "type", filters.type?.map(\.rawValue))
        any(.product, "product", filters.product?.map(\.rawValue))
        any(.stage, "stage", filters.stage)
        any(.stageCategory, "stageCategory", filters.stageCategory?.map(\.rawValue))
        any(.status, "status", filters.status?.map(\.rawValue))
        any(.sector, "sector", filters.sector)
        any(.country, "country", filters.country)
        any(.tag, "tag", filters.tag)
        any(.priority, "priority", filters.priority?.map(\.rawValue))
        any(.forecastCategory, "forecastCategory", filters.forecastCategory?.map(\.rawValue))
        any(.confidentiality, "confidentiality", filters.confidentiality?.map(\.rawValue))
        any(.conflictStatus, "conflictStatus", filters.conflictStatus?.map(\.rawValue))
        one(.clientName, .startsWith, "client", filters.client.map { .text($0) })
        // An empty line of a form asks for nothing.
        if let q = filters.q, !FoldedText.of(q).isEmpty { one(.q, .contains, "q", .text(q)) }
    }

    private mutating func readPeople(_ filters: DealFilters) {
        any(.lead, "lead", filters.lead)
        any(.member, "member", filters.member)
        switch filters.me {
        case true?: one(.member, .eq, "me", .text("me"))
        case false?: parts.append(.not(.field(.member, .equals(.me))))
        case nil: break
        }
    }

    private mutating func readValue(_ filters: DealFilters) {
        if filters.valueMin == nil, filters.valueMax == nil {
            one(.currency, .eq, "currency", filters.currency.map { .text($0) })
        } else if let currency = filters.currency {
            func money(_ amount: String?) -> DealFilter? {
                amount.map { .object(["amount": .text($0), "currency": .text(currency)]) }
            }
            one(.value, .gte, "valueMin", money(filters.valueMin))
            one(.value, .lte, "valueMax", money(filters.valueMax))
        } else {
            faults.append(FieldFault("currency", "missing", "is required with valueMin and valueMax"))
        }
        one(.probability, .gte, "probabilityMin", filters.probabilityMin.map { .integer(Int64($0)) })
    }

    private mutating func readTimes(_ filters: DealFilters) {
        one(.expectedCloseOn, .gte, "expectedCloseFrom", filters.expectedCloseFrom.map { .text($0.text) })
        one(.expectedCloseOn, .lte, "expectedCloseTo", filters.expectedCloseTo.map { .text($0.text) })
        one(.createdAt, .gte, "createdFrom", filters.createdFrom.map { .text($0.text) })
        one(.createdAt, .lt, "createdTo", filters.createdTo.map { .text($0.text) })
        one(.updatedAt, .gte, "updatedSince", filters.updatedSince.map { .text($0.text) })
        if let days = filters.stale {
            if Self.staleDays.contains(Int64(days)) {
                one(.daysInStage, .gte, "stale", .integer(Int64(days)))
                one(.status, .eq, "stale", .text(DealStatus.active.rawValue))
            } else {
                faults.append(FieldFault("stale", "out_of_range", "must be 1 to \(Self.staleDays.upperBound)"))
            }
        }
        one(.overdue, .eq, "overdue", filters.overdue.map { .bool($0) })
    }

    /// One value is asked for as one, so that the usual lists have few forms.
    private mutating func any(_ field: DealFilterField, _ name: String, _ values: [String]?) {
        guard let values, !values.isEmpty else { return }
        if values.count == 1 {
            one(field, .eq, name, .text(values[0]))
        } else {
            one(field, .in, name, .list(values.map { .text($0) }))
        }
    }

    private mutating func one(
        _ field: DealFilterField, _ operation: DealFilterOperation, _ name: String, _ value: DealFilter?
    ) {
        guard let value else { return }
        let values = FilterValues(column: field.column, path: name)
        if let comparison = values.comparison(operation, value, &faults) { parts.append(.field(field, comparison)) }
    }
}
