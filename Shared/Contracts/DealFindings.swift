package import Foundation
package import RPC

extension DealMethods {
    package static let find = RPCMethod<DealFindQuery, DealFindings>(
        0x0279, "deals.find", callers: [Peer.gateway], isIdempotent: true)
}

/// Asks for the deals that fit what somebody is typing.
package struct DealFindQuery: Codable, Sendable {
    package var q: String
    /// 1 ... 20, 10 when left out.
    package var limit: Int?

    package init(q: String, limit: Int? = nil) {
        self.q = q
        self.limit = limit
    }
}

/// The best first: by where the text was found, then the latest change.
package struct DealFindings: Codable, Sendable {
    package var items: [DealFinding]

    package init(items: [DealFinding]) { self.items = items }
}

/// Where a text was found, the best first.
package enum DealMatch: String, Codable, Sendable, CaseIterable { case codeName, number, clientName, text }

/// A deal that fits, as far as a line of a list shows it.
package struct DealFinding: Codable, Sendable, Hashable {
    package var id: UUID
    package var number: String
    package var codeName: String
    package var clientName: String
    package var type: DealType
    package var stage: String
    package var status: DealStatus
    package var match: DealMatch
    /// Of `match` `text`: the words around the first one.
    package var snippet: String?

    package init(_ deal: Deal, match: DealMatch, snippet: String?) {
        id = deal.id
        number = deal.number
        codeName = deal.codeName
        clientName = deal.clientName
        type = deal.type
        stage = deal.stage
        status = deal.status
        self.match = match
        self.snippet = snippet
    }
}
