import Contracts
import Foundation
import RPC

/// A checked question for one page of deliveries, the newest first. The cursor is opaque to clients: milliseconds and id of the
/// last one, with a dot between.
struct DeliveryPage: Sendable {
    static let limits = 1...100
    private static let limitDefault = 50

    let limit: Int
    let state: WebhookDeliveryState?
    /// Those that come after this one.
    let before: Instant
    let beforeID: UUID

    init(_ query: WebhookDeliveryQuery) throws {
        limit = query.limit ?? Self.limitDefault
        state = query.state
        if let cursor = query.cursor {
            let parts = cursor.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].utf8.count <= 18, let time = Int64(parts[0]), time >= 0,
                let id = UUID(uuidString: String(parts[1]))
            else { throw RPCFault(.invalidArgument, "cursor_invalid", "This cursor is not one of ours.") }
            (before, beforeID) = (Instant(milliseconds: time), id)
        } else {
            (before, beforeID) = (Instant(milliseconds: .max), UUID())
        }
        guard Self.limits.contains(limit) else {
            throw RPCFault(
                .invalidArgument, "query_invalid", "The query does not fit; see errors.",
                errors: [FieldFault("limit", "out_of_range", "must be 1 to \(Self.limits.upperBound)")])
        }
    }

    /// - Parameter found: one more than `limit` when there is one.
    func cut(_ found: [WebhookDelivery]) -> WebhookDeliveryPage {
        let items = Array(found.prefix(limit))
        let next = found.count > limit ? items.last.map { "\($0.createdAt.milliseconds).\($0.id.text)" } : nil
        return WebhookDeliveryPage(items: items, nextCursor: next)
    }
}
