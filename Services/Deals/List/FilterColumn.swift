import Contracts

/// What a field of a filter is in the table `deal`, of which type, and which operations that type has. The only place
/// where fields become columns.
struct FilterColumn: Sendable {
    enum Kind: Sendable {
        case choice([String])
        /// Compared as it is written.
        case name, country, currency
        /// Compared folded, by its key.
        case codeName, clientName
        /// Everything that search looks at.
        case search
        /// What the stage is in its pipeline.
        case stageCategory
        case user, member, tag, flag, percent, days, day, instant, money
    }

    /// With `+` in front where an index by it would be walked and sorted, though the order of the list has one of its own.
    let sql: String
    let kind: Kind
    var canBeNull = false

    var operations: Set<DealFilterOperation> {
        let ofKind: Set<DealFilterOperation> =
            switch kind {
            case .choice, .country, .currency, .user, .member, .tag, .stageCategory: [.eq, .in]
            case .name: [.eq, .in, .contains]
            case .codeName, .clientName: [.eq, .contains, .startsWith]
            case .search: [.contains]
            case .flag: [.eq]
            case .percent, .day: [.eq, .in, .lt, .lte, .gt, .gte]
            case .days, .instant, .money: [.eq, .lt, .lte, .gt, .gte]
            }
        return canBeNull ? ofKind.union([.isNull]) : ofKind
    }
}

extension DealFilterField {
    var column: FilterColumn {
        switch self {
        case .type: FilterColumn(sql: "+d.type", kind: .choice(DealType.allCases.map(\.rawValue)))
        case .product: FilterColumn(sql: "+d.type", kind: .choice(DealProduct.allCases.map(\.rawValue)))
        case .stage: FilterColumn(sql: "+d.stage", kind: .name)
        case .stageCategory: FilterColumn(sql: "x.category", kind: .stageCategory)
        case .status: FilterColumn(sql: "+d.status", kind: .choice(DealStatus.allCases.map(\.rawValue)))
        case .lead: FilterColumn(sql: "+d.lead_user_id", kind: .user)
        case .member: FilterColumn(sql: "x.user_id", kind: .member)
        case .sector: FilterColumn(sql: "d.sector", kind: .name, canBeNull: true)
        case .country: FilterColumn(sql: "d.country", kind: .country, canBeNull: true)
        case .codeName: FilterColumn(sql: "+d.code_key", kind: .codeName)
        case .clientName: FilterColumn(sql: "d.search_key", kind: .clientName)
        case .tag: FilterColumn(sql: "x.tag", kind: .tag)
        case .priority: FilterColumn(sql: "d.priority", kind: .choice(DealPriority.allCases.map(\.rawValue)))
        case .forecastCategory:
            FilterColumn(sql: "d.forecast_category", kind: .choice(ForecastCategory.allCases.map(\.rawValue)))
        case .confidentiality:
            FilterColumn(sql: "d.confidentiality", kind: .choice(Confidentiality.allCases.map(\.rawValue)))
        case .conflictStatus:
            FilterColumn(sql: "d.conflict_status", kind: .choice(ConflictStatus.allCases.map(\.rawValue)))
        case .value: FilterColumn(sql: "d.value_minor", kind: .money, canBeNull: true)
        case .currency: FilterColumn(sql: "d.value_currency", kind: .currency, canBeNull: true)
        case .probability: FilterColumn(sql: "+d.probability", kind: .percent)
        case .originatedOn: FilterColumn(sql: "d.originated_on", kind: .day)
        case .expectedCloseOn: FilterColumn(sql: "d.expected_close_on", kind: .day, canBeNull: true)
        case .closedOn: FilterColumn(sql: "d.closed_on", kind: .day, canBeNull: true)
        case .stageEnteredOn: FilterColumn(sql: "+d.stage_entered_on", kind: .day)
        case .daysInStage: FilterColumn(sql: "+d.stage_entered_on", kind: .days)
        case .createdAt: FilterColumn(sql: "+d.created_ms", kind: .instant)
        case .updatedAt: FilterColumn(sql: "d.updated_ms", kind: .instant)
        case .overdue: FilterColumn(sql: "", kind: .flag)
        case .q: FilterColumn(sql: "d.search_key", kind: .search)
        }
    }

    /// Whether a condition on it can spell the name of a deal or of a client.
    var holdsNames: Bool {
        switch self {
        case .codeName, .clientName, .tag, .q: true
        default: false
        }
    }
}
