package import RPC

extension DealMethods {
    package static let monday = RPCMethod<MondayQuery, MondayPage>(
        0x02A9, "deals.reports.monday", callers: [Peer.gateway], isIdempotent: true)
}

/// Asks for the page of Monday's meeting.
package struct MondayQuery: Codable, Sendable, Hashable {
    /// The day of another meeting; today when left out.
    package var asOf: BusinessDate?
    /// ISO 4217: amounts also in this one currency.
    package var currency: String?

    package init(asOf: BusinessDate? = nil, currency: String? = nil) {
        self.asOf = asOf
        self.currency = currency
    }
}

/// One page to be printed, as HTML. It knows deals by their code names alone.
package struct MondayPage: Codable, Sendable, Hashable {
    package var html: String

    package init(html: String) { self.html = html }
}
