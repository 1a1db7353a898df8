package import RPC

extension DealMethods {
    package static let search = RPCMethod<DealSearch, DealPage>(
        0x0270, "deals.search", callers: [Peer.gateway], isIdempotent: true)
}

/// Asks for a page of the deals that the caller may see and that fit a filter.
package struct DealSearch: Codable, Sendable, Hashable {
    /// Every deal that the caller may see, when left out.
    package var filter: DealFilter?
    /// As in `DealQuery`.
    package var sort: String?
    /// The `nextCursor` of the page before.
    package var cursor: String?
    /// 1 ... 200, 50 when left out.
    package var limit: Int?
    package var count: Bool?

    package init(
        filter: DealFilter? = nil, sort: String? = nil, cursor: String? = nil, limit: Int? = nil, count: Bool? = nil
    ) {
        self.filter = filter
        self.sort = sort
        self.cursor = cursor
        self.limit = limit
        self.count = count
    }
}

/// What a condition of a filter looks at.
package enum DealFilterField: String, Codable, Sendable, CaseIterable {
    case type, product, stage, stageCategory, status, lead, sector, country, codeName, clientName, confidentiality,
        conflictStatus, value, currency, probability, originatedOn, expectedCloseOn, closedOn, stageEnteredOn,
        createdAt, updatedAt, tag, priority, forecastCategory
    /// Who is on the team.
    case member
    /// For how long the deal has stood in its stage, in days.
    case daysInStage
    /// Whether a task is open that was due.
    case overdue
    /// Part of a code name, number or client, or words of the deal's texts and activities by their beginnings.
    case q
}

/// How a condition compares; which ones a field has depends on its type.
package enum DealFilterOperation: String, Codable, Sendable, CaseIterable {
    case eq, `in`, lt, lte, gt, gte, contains, startsWith, isNull
}

/// A filter as its writer put it, in JSON: `{"and":[…]}`, `{"or":[…]}`, `{"not":…}` or `{"field","op","value"}`. The deals
/// service reads it, so that it can name every place that is wrong at once.
package indirect enum DealFilter: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case text(String)
    case list([DealFilter])
    case object([String: DealFilter])
    /// Nothing that a filter can hold: a fraction, or what is nested too deep to be read.
    case other
}

extension DealFilter: Codable {
    /// Of the keys that lead from the body to a value. A filter that is as deep as the deals service allows has fewer.
    private static let pathMax = 24

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if decoder.codingPath.count > Self.pathMax {
            self = .other
        } else if let value = try? container.decode([DealFilter].self) {
            self = .list(value)
        } else if let value = try? container.decode([String: DealFilter].self) {
            self = .object(value)
        } else {
            self = .other
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null, .other: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let values): try container.encode(values)
        case .object(let members): try container.encode(members)
        }
    }
}
