package import RPC

extension DealMethods {
    package static let bulk = RPCMethod<BulkRequest, BulkResult>(
        0x0280, "deals.bulk", callers: [Peer.gateway], deduplicates: true)
}

/// What is done to each of many deals.
package enum BulkOperation: String, Codable, Sendable, CaseIterable {
    case update, transition, addMember
}

/// The same change of many deals, each as if it were asked for alone. Names the deals by exactly one of `ids`, `deals`
/// and `filter`, and what to do by the one of `fields`, `move` and `member` that belongs to `op`.
package struct BulkRequest: Codable, Sendable {
    /// At most 1 000, here and in the others.
    package var ids: [String]?
    package var deals: [BulkDeal]?
    /// As of the list, without `limit`, `cursor` and `count`.
    package var filter: DealQuery?
    /// How many deals the filter must fit; anything else, and nothing is done.
    package var expectedCount: Int?
    package var op: BulkOperation
    package var fields: DealPatch?
    package var move: Move?
    package var member: NewTeamMember?
    /// All is done, told and undone.
    package var dryRun: Bool?

    package init(
        ids: [String]? = nil, deals: [BulkDeal]? = nil, filter: DealQuery? = nil, expectedCount: Int? = nil,
        op: BulkOperation, fields: DealPatch? = nil, move: Move? = nil, member: NewTeamMember? = nil,
        dryRun: Bool? = nil
    ) {
        self.ids = ids
        self.deals = deals
        self.filter = filter
        self.expectedCount = expectedCount
        self.op = op
        self.fields = fields
        self.move = move
        self.member = member
        self.dryRun = dryRun
    }
}

/// A deal, and the version that it must still have.
package struct BulkDeal: Codable, Sendable, Hashable {
    /// Its id or number.
    package var id: String
    package var version: Int64?

    package init(id: String, version: Int64? = nil) {
        self.id = id
        self.version = version
    }
}

/// What became of each deal, in the order in which they were named.
package struct BulkResult: Codable, Sendable {
    package var items: [BulkItem]
    package var done: Int
    package var failed: Int
    package var dryRun: Bool

    package init(items: [BulkItem], dryRun: Bool) {
        self.items = items
        done = items.count { $0.ok }
        failed = items.count - done
        self.dryRun = dryRun
    }
}

/// What became of one of them. Of a deal that the caller may not see it says what it says of none.
package struct BulkItem: Codable, Sendable, Hashable {
    /// As it was named.
    package var id: String
    package var number: String?
    package var ok: Bool
    /// After the change.
    package var version: Int64?
    /// These as of the problem that the single call answers.
    package var code: String?
    package var message: String?
    /// At most `errorsMax`.
    package var errors: [FieldFault]
    /// How many more the single call would name; nil when that is all.
    package var errorsLeftOut: Int?

    /// Of a thousand deals, each has the same wrong fields as the others, or nearly.
    package static let errorsMax = 20

    /// The same with its errors counted, not named.
    package var brief: BulkItem {
        var item = self
        (item.errors, item.errorsLeftOut) = ([], errors.isEmpty ? nil : errors.count + (errorsLeftOut ?? 0))
        return item
    }

    package init(id: String, number: String?, version: Int64) {
        (self.id, self.number, self.version) = (id, number, version)
        (ok, errors) = (true, [])
    }

    package init(id: String, number: String?, _ fault: RPCFault) {
        (self.id, self.number, ok) = (id, number, false)
        (code, message, errors) = (fault.code, fault.message, Array(fault.errors.prefix(Self.errorsMax)))
        errorsLeftOut = fault.errors.count > Self.errorsMax ? fault.errors.count - Self.errorsMax : nil
    }
}
