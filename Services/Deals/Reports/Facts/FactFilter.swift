import Contracts

/// Which facts a report asks for: all that are given must hold.
struct FactFilter: Sendable, Hashable {
    let kind: ReportFact.Kind
    /// Nil for all.
    var types: Set<DealType>?
    /// Since 1970, of facts that have a day.
    var days: ClosedRange<Int>?
    /// By key, which values of it.
    var values: [FactKey: Set<String>] = [:]

    func holds(_ fact: ReportFact) -> Bool {
        fact.kind == kind && (types?.contains(fact.type) ?? true) && (days?.contains(fact.day) ?? true)
            && values.allSatisfy { $1.contains(fact[$0]) }
    }

    /// The beginning of time, for what adds up from there.
    static let firstDay = BusinessDate(daysSince1970: -25_567).daysSince1970
}

/// A fact's keys, by which facts are told apart or added up. `type` is always one.
enum FactKey: String, Sendable, CaseIterable {
    case stage, status, flow, place, reason, lead, sector, country, competitor, currency
    /// As numbers.
    case days, month
}

extension ReportFact {
    subscript(key: FactKey) -> String {
        switch key {
        case .stage: stage
        case .status: status
        case .flow: flow
        case .place: place
        case .reason: reason
        case .lead: lead
        case .sector: sector
        case .country: country
        case .competitor: competitor
        case .currency: currency
        case .days: String(days)
        case .month: String(BusinessDate(daysSince1970: day).monthIndex)
        }
    }

    /// The same with no keys but these. Its day is the first of its month, or none.
    func keeping(_ keys: Set<FactKey>) -> ReportFact {
        var kept = ReportFact(kind, type, day: 0)
        if keys.contains(.month) { kept.day = BusinessDate(daysSince1970: day).firstOfMonth.daysSince1970 }
        if keys.contains(.stage) { kept.stage = stage }
        if keys.contains(.status) { kept.status = status }
        if keys.contains(.flow) { kept.flow = flow }
        if keys.contains(.place) { kept.place = place }
        if keys.contains(.reason) { kept.reason = reason }
        if keys.contains(.lead) { kept.lead = lead }
        if keys.contains(.sector) { kept.sector = sector }
        if keys.contains(.country) { kept.country = country }
        if keys.contains(.competitor) { kept.competitor = competitor }
        if keys.contains(.currency) { kept.currency = currency }
        if keys.contains(.days) { kept.days = days }
        return kept
    }
}
