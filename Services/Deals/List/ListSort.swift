import Contracts
import RPC

/// In which order deals are listed: by up to three fields, and then by id, so that no two deals are equal.
struct ListSort: Sendable, Hashable {
    struct Key: Sendable, Hashable {
        let field: DealSortField
        let isDescending: Bool
    }

    static let keysMax = 3

    static let newestChange = ListSort([Key(field: .updatedAt, isDescending: true)])
    static let oldestChange = ListSort([Key(field: .updatedAt, isDescending: false)])

    static let fault = FieldFault(
        "sort", "unknown",
        """
        must be one to \(keysMax) of \(DealSortField.allCases.map(\.rawValue).joined(separator: ", ")), each once, \
        with commas between them and - before those that go down
        """)

    let keys: [Key]

    private init(_ keys: [Key]) { self.keys = keys }

    /// Nil for what is no order.
    init?(rawValue: String) {
        let parts = rawValue.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count <= Self.keysMax else { return nil }
        var keys: [Key] = []
        for part in parts {
            let isDescending = part.first == "-"
            guard let field = DealSortField(rawValue: String(isDescending ? part.dropFirst() : part)),
                !keys.contains(where: { $0.field == field })
            else { return nil }
            keys.append(Key(field: field, isDescending: isDescending))
        }
        self.init(keys)
    }

    var rawValue: String { keys.map { ($0.isDescending ? "-" : "") + $0.field.rawValue }.joined(separator: ",") }

    /// The id goes with the last field.
    var isDescending: Bool { keys.last?.isDescending ?? true }

    var goesOneWay: Bool { keys.allSatisfy { $0.isDescending == isDescending } }
}

extension DealSortField {
    /// Whether a cursor's key is a text rather than a number.
    var isText: Bool {
        switch self {
        case .codeName, .stageEnteredOn, .expectedCloseOn: true
        case .updatedAt, .createdAt, .number, .probability: false
        }
    }
}
