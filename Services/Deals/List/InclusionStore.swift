import Contracts
import Foundation
import GRDB
import NIOCore
import RPC

/// What comes with a deal that the caller sees, read in the transaction of its page.
enum InclusionStore {
    /// Of each kind, for one deal.
    static let itemsMax = 100

    static func inclusion(_ wanted: ListInclusions, of deal: UUID, in db: Database) throws -> ByteBuffer {
        var inclusion = DealInclusion(dealId: deal)
        if wanted.contains(.team) { inclusion.team = try TeamStore.members(of: deal, limit: itemsMax, in: db) }
        if wanted.contains(.counterparties) {
            inclusion.counterparties = try CounterpartyRows.all(of: deal, limit: itemsMax, in: db)
        }
        return ByteBuffer(bytes: try StrictJSON.encode(inclusion))
    }
}
