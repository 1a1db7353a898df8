package import RPC

extension DealMethods {
    package static let tags = RPCMethod<TagQuery, TagList>(
        0x0263, "deals.tags", callers: [Peer.gateway], isIdempotent: true)
}

/// Asks which tags there are on the deals that the caller may see.
package struct TagQuery: Codable, Sendable {
    /// What they begin with, in any case.
    package var q: String?
    /// 1 ... 200, 50 when left out.
    package var limit: Int?

    package init(q: String? = nil, limit: Int? = nil) {
        self.q = q
        self.limit = limit
    }
}

/// The first of the tags in the order of their characters, each once.
package struct TagList: Codable, Sendable {
    package var items: [String]

    package init(items: [String]) { self.items = items }
}
