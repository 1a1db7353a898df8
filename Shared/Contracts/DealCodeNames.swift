package import RPC

extension DealMethods {
    /// Changes nothing, but each time it is called it answers other names.
    package static let codeNames = RPCMethod<CodeNameRequest, CodeNameList>(
        0x0264, "deals.codeNames", callers: [Peer.gateway], isIdempotent: true)
}

/// What code names must not hint at. A body rather than a query: queries stand in logs.
package struct CodeNameRequest: Codable, Sendable {
    package var clientName: String
    package var targetName: String?
    package var sector: String?
    /// ISO 3166-1 alpha-2.
    package var country: String?
    /// 1 ... 10, 5 when left out.
    package var count: Int?

    package init(
        clientName: String, targetName: String? = nil, sector: String? = nil, country: String? = nil, count: Int? = nil
    ) {
        self.clientName = clientName
        self.targetName = targetName
        self.sector = sector
        self.country = country
        self.count = count
    }
}

/// Code names that can be used at this moment.
package struct CodeNameList: Codable, Sendable {
    package var items: [String]

    package init(items: [String]) { self.items = items }
}
