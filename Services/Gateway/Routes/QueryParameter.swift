import Contracts
import Foundation
import RPC

/// One parameter of a query string and how it becomes a member of the call's JSON input.
struct QueryParameter: Sendable {
    enum Kind: Sendable {
        case integer, boolean
        case string([String])
        /// May be given several times: any of its values fits.
        case list([String])
    }

    let name: String
    let kind: Kind
    let about: String

    static func integer(_ name: String, _ about: String) -> Self { .init(name: name, kind: .integer, about: about) }
    static func boolean(_ name: String, _ about: String) -> Self { .init(name: name, kind: .boolean, about: about) }
    static func string(_ name: String, _ about: String, oneOf values: [String] = []) -> Self {
        .init(name: name, kind: .string(values), about: about)
    }

    static func list(_ name: String, _ about: String, oneOf values: [String] = []) -> Self {
        .init(name: name, kind: .list(values), about: about)
    }

    /// Reads a raw query strictly: unknown, repeated and badly encoded parameters are errors. Returns the JSON object.
    /// - Parameter ignoresOthers: unknown ones are none.
    static func json(_ raw: String?, _ known: [QueryParameter], ignoresOthers: Bool = false) throws -> [UInt8] {
        guard let raw, !raw.isEmpty else { return Array("{}".utf8) }
        var members: [String] = []
        var seen: Set<String> = []
        var lists: [String: [String]] = [:]
        for pair in raw.split(separator: "&", omittingEmptySubsequences: true) {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decoded(halves[0]), let value = decoded(halves.count == 2 ? halves[1] : "") else {
                throw refusal(String(halves[0]), "bad_encoding", "is not valid percent-encoding")
            }
            guard let parameter = known.first(where: { $0.name == name }) else {
                if ignoresOthers { continue }
                throw refusal(name, "unknown_parameter", "is not a parameter here")
            }
            if case .list = parameter.kind {
                lists[name, default: []].append(try parameter.json(value))
                continue
            }
            guard seen.insert(name).inserted else { throw refusal(name, "repeated", "is given twice") }
            members.append("\"\(name)\":\(try parameter.json(value))")
        }
        members += lists.sorted { $0.key < $1.key }.map { "\"\($0)\":[\($1.joined(separator: ","))]" }
        return Array("{\(members.joined(separator: ","))}".utf8)
    }

    private func json(_ value: String) throws -> String {
        switch kind {
        case .integer:
            guard let number = Int(value) else { throw Self.refusal(name, "wrong_type", "must be a whole number") }
            return String(number)
        case .boolean:
            guard ["true", "false"].contains(value) else {
                throw Self.refusal(name, "wrong_type", "must be true or false")
            }
            return value
        case .string(let allowed), .list(let allowed):
            guard allowed.isEmpty || allowed.contains(value) else {
                throw Self.refusal(name, "invalid", "must be one of \(allowed.joined(separator: ", "))")
            }
            return String(decoding: try StrictJSON.encode(value), as: UTF8.self)
        }
    }

    private static func decoded(_ text: Substring) -> String? {
        text.replacing("+", with: " ").removingPercentEncoding.flatMap { $0.utf8.contains(0) ? nil : $0 }
    }

    private static func refusal(_ name: String, _ code: String, _ message: String) -> RPCFault {
        RPCFault(
            .invalidArgument, "query_invalid", "The query parameter \(name) \(message).",
            errors: [FieldFault(name, code, message)])
    }
}

extension [QueryParameter] {
    private static let page: [QueryParameter] = [
        .integer("limit", "1 to 200, 50 when left out"), .string("cursor", "nextCursor of the page before"),
    ]

    static let openIDStart: [QueryParameter] = [
        .string("returnTo", "a path of this site to be shown after the sign-in")
    ]

    static let openIDCallback: [QueryParameter] = [
        .string("state", "as it was sent to the provider"), .string("code", "to fetch the tokens with"),
        .string("iss", "the provider's name"), .string("error", "why there is no code"),
    ]

    static let people =
        page + [
            .string("q", "part of a name or e-mail"), .string("role", "one role", oneOf: Role.allCases.map(\.rawValue)),
            .string("status", "one status", oneOf: UserStatus.allCases.map(\.rawValue)),
        ]

    static let invitations = page

    static let webhookDeliveries: [QueryParameter] = [
        .integer("limit", "1 to 100, 50 when left out"), .string("cursor", "nextCursor of the page before"),
        .string("state", "one state", oneOf: WebhookDeliveryState.allCases.map(\.rawValue)),
    ]

    static let deals =
        page + dealSort + dealFilters + [
            .boolean("count", "answer the total, too"),
            .string("deleted", "only: deals that you could restore", oneOf: DeletedFilter.allCases.map(\.rawValue)),
            .string("fields", "members of a deal with commas between them; the others are left out"),
            .string("include", "team, counterparties or both: at most a hundred of each per deal, in `included`"),
        ]

    static let tags: [QueryParameter] = [
        .string("q", "what they begin with"), .integer("limit", "1 to 200, 50 when left out"),
    ]

    static let board =
        dealSort + dealFilters + [
            .string("pipeline", "the deal type whose stages are the columns", oneOf: DealType.allCases.map(\.rawValue)),
            .integer("limit", "cards of a column: 1 to 50, 50 when left out"),
            .string("column", "one stage, which alone is answered"),
            .string("cursor", "nextCursor of that column"),
            .string(
                "convertTo", "ISO 4217: the sums also in this one currency; ended deals by the rates of their closing"),
            .string("asOf", "with convertTo: by the exchange rates of which day, today's when left out"),
        ]

    static let feePreview: [QueryParameter] = [
        .string("enterpriseValue", "decimal; that of the deal where it is left out, as the other two"),
        .string("equityValue", "decimal"), .string("proceeds", "decimal; the value of the deal where it is left out"),
        .string("currency", "ISO 4217: of the three; that of the deal's value where it is left out"),
    ]

    static let find: [QueryParameter] = [
        .string("q", "what is being typed"), .integer("limit", "1 to 20, 10 when left out"),
    ]

    private static let dealSort: [QueryParameter] = [
        .string(
            "sort",
            "up to three of \(DealSortField.allCases.map(\.rawValue).joined(separator: ", ")) with commas between them, "
                + "- before those that go down; -updatedAt when left out")
    ]

    /// Given several times, one of the values must hold; all parameters together must.
    private static let dealFilters: [QueryParameter] = [
        .string("q", "part of a code name, number or client, or how words of its texts and activities begin"),
        .list("type", "deal type", oneOf: DealType.allCases.map(\.rawValue)),
        .list("product", "what the bank sells", oneOf: DealProduct.allCases.map(\.rawValue)),
        .list("stage", "key of a stage"),
        .list("stageCategory", "what kind of work the stage is", oneOf: DealStageCategory.allCases.map(\.rawValue)),
        .list("status", "status", oneOf: DealStatus.allCases.map(\.rawValue)),
        .list("lead", "id of the lead, or me"), .list("member", "id of somebody on the team, or me"),
        .boolean("me", "those that you are on, or are not"),
        .list("tag", "tag"), .list("priority", "priority", oneOf: DealPriority.allCases.map(\.rawValue)),
        .list("forecastCategory", "forecast category", oneOf: ForecastCategory.allCases.map(\.rawValue)),
        .list("sector", "sector"), .list("country", "ISO 3166-1 alpha-2"),
        .string("client", "how the client's name begins"),
        .list("confidentiality", "level", oneOf: Confidentiality.allCases.map(\.rawValue)),
        .list("conflictStatus", "conflict check", oneOf: ConflictStatus.allCases.map(\.rawValue)),
        .string("valueMin", "decimal amount in `currency`"), .string("valueMax", "decimal amount in `currency`"),
        .string("currency", "ISO 4217; alone: deals with a value in it"),
        .integer("probabilityMin", "per cent"),
        .string("expectedCloseFrom", "a day, inclusive"), .string("expectedCloseTo", "a day, inclusive"),
        .string("createdFrom", "RFC 3339 time, inclusive"), .string("createdTo", "RFC 3339 time, exclusive"),
        .string("updatedSince", "RFC 3339 time, inclusive"),
        .integer("stale", "active, and for at least so many days in its stage"),
        .boolean("overdue", "whether a task is open that was due"),
    ]
    /// As the list, of which there are no pages here.
    static let dealsFile =
        deals.filter { !["limit", "cursor", "count", "fields", "include", "deleted"].contains($0.name) } + [
            .string("fields", "columns in their order, divided by commas; all when left out"),
            .boolean("bom", "begin with a byte order mark, for spreadsheets"),
        ]

    static let report: [QueryParameter] = [
        .string("from", "the first day that it tells of"), .string("to", "the last day that it tells of"),
        .string("asOf", "the day at whose end things stood so; today when left out"),
        .string("currency", "ISO 4217: amounts also in this one currency, by the rates of the last day"),
        .string("groupBy", "what its rows are", oneOf: ReportGrouping.allCases.map(\.rawValue)),
        .string("type", "one deal type", oneOf: DealType.allCases.map(\.rawValue)),
    ]

    static let monday: [QueryParameter] = [
        .string("asOf", "the day of another meeting; today when left out"),
        .string("currency", "ISO 4217: amounts also in this one currency"),
    ]

    static let reportFile = report + [.boolean("bom", "begin with a byte order mark, for spreadsheets")]

    static let reportDeals = page + report + [.string("cell", "the number, as its own path names it")]

    static let importRows =
        page + [.string("outcome", "one outcome", oneOf: ImportRowOutcome.allCases.map(\.rawValue))]

    static let activities =
        page + [.string("kind", "one kind", oneOf: ActivityKind.allCases.map(\.rawValue))]

    static let bids = page + [.integer("round", "the number of a round")]

    static let bidGrid: [QueryParameter] = [
        .integer("round", "the number of the one round that is shown; all when left out"),
        .string("convertTo", "ISO 4217: what bids are ranked in; the currency of the deal's value when left out"),
    ]

    static let tails = page + [.integer("endsWithin", "days from today, 0 to 3660; any end when left out")]

    static let openTasks =
        page + [
            .boolean("mine", "those that you own"), .boolean("overdue", "those due before today"),
            .string("dueBefore", "a day, exclusive"),
        ]

    static let counterpartiesFile: [QueryParameter] = [
        .string(
            "names", "alias, when left out, where one is set; real for who edits the deal",
            oneOf: CounterpartyNames.allCases.map(\.rawValue)),
        .boolean("bom", "begin with a byte order mark, for spreadsheets"),
    ]

    static let dealNDAs: [QueryParameter] = [
        .integer("expiringWithin", "executed ones alone whose last day is within so many days, 0 to 3650")
    ]

    static let expiringNDAs = page + [.integer("expiringWithin", "days from today, 0 to 3650, 30 when left out")]

    static let chunk: [QueryParameter] = [.integer("offset", "where the chunk begins, 0 when left out")]

    static let moment: [QueryParameter] = [
        .string("asOf", "RFC 3339 time, or a date for its end; now when left out")
    ]

    static let changes = page + [.string("field", "one field of the deal, by its name")]

    static let timeline = page + [.string("kinds", "some of moves,changes,activities,tasks,documents,team")]

    static let access: [QueryParameter] = [.string("asOf", "RFC 3339 time, now when left out")]

    static let wallCrossings = page

    static let rates: [QueryParameter] = [.string("asOf", "a day, today when left out")]

    static let rateSeries =
        page + [.string("base", "ISO 4217 code"), .string("quote", "ISO 4217 code of its price")]

    static let organizations =
        page + [
            .string("q", "the beginning of a name or alias; with 3 characters any part of one, or of a code"),
            .string("country", "ISO 3166-1 alpha-2"), .string("sector", "sector"),
        ]

    static let rateImport: [QueryParameter] = [
        .boolean("dryRun", "check and count, and set nothing"),
        .string("source", "of rates whose row names none"),
    ]

    static let findPersons: [QueryParameter] = [
        .string(
            "q", "beginnings of words of a name, of an e-mail address or its domain, or the end of a telephone number"),
        .integer("limit", "1 to 20, 10 when left out"),
    ]

    static let organizationDeals = page

    static let persons = page

    static let approvals = page

    static let openApprovals = page + [.boolean("mine", "those that you may answer, and have not")]

    static let listEntries =
        page + [
            .boolean("active", "those that hold today, or those that do not"), .string("q", "how a name begins"),
        ]

    static let controlRoom: [QueryParameter] = [
        .integer("limit", "1 to 100, 50 when left out"), .string("cursor", "nextCursor of the page before"),
        .string("status", "open when left out", oneOf: CheckStatus.allCases.map(\.rawValue)),
        .string("dueBefore", "a day, exclusive"), .boolean("mine", "those that you have taken"),
    ]

    static let views: [QueryParameter] = [
        .integer("limit", "1 to 100, 100 when left out"), .string("cursor", "nextCursor of the page before"),
    ]

    static let viewDeals = page + [.boolean("count", "answer the total, too")]

    static let audit =
        page + [.string("sort", "order", oneOf: ["-seq", "seq"]), .boolean("count", "answer the total, too")]
        + auditFilter

    static let auditFilter: [QueryParameter] = [
        .string("q", "words in what changed, types and numbers, each as it begins"),
        .string("type", "an event type; with a dot at its end all types below it"),
        .string("actor", "id of a user or name of a service"),
        .string("subject", "id or number of a deal, id of a user"),
        .string("subjectKind", "deal, user, session, token, ..."),
        .string("outcome", "how it ended", oneOf: EventOutcome.allCases.map(\.rawValue)),
        .string("address", "the address of the client"), .string("requestId", "of the public request"),
        .string("traceId", "of the W3C trace"), .string("field", "the name of a field that changed"),
        .string("source", "the service that it comes from"),
        .string("from", "RFC 3339 time, inclusive"), .string("to", "RFC 3339 time, exclusive"),
    ]

    static let auditTimeline =
        page + [
            .string("sort", "order", oneOf: ["-seq", "seq"]), .string("from", "RFC 3339 time, inclusive"),
            .string("to", "RFC 3339 time, exclusive"),
        ]

    static let auditSearches = views
}
