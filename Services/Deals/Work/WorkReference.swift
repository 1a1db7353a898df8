import Contracts
import Foundation
import RPC

/// Which activity or task of which deal a path names.
struct WorkReference: Sendable {
    let deal: DealReference
    /// Nil for what is no id: that is found out after the deal, as for an id that does not exist.
    let id: UUID?

    /// - Throws: `notFound`, as for a deal that does not exist, when the path names no deal.
    init(_ context: RPCContext) throws(RPCFault) {
        deal = try DealReference(context)
        id = context.resource.count == 2 ? UUID(uuidString: context.resource[1]) : nil
    }

    private init(deal: DealReference, id: UUID?) { (self.deal, self.id) = (deal, id) }

    /// What belongs to something of a deal, such as a step of a counterparty.
    /// - Throws: `notFound`, as for a deal that does not exist, when the path names no deal.
    static func withChild(_ context: RPCContext) throws(RPCFault) -> (WorkReference, child: UUID?) {
        let ids = context.resource.dropFirst().map(UUID.init(uuidString:))
        let isWhole = ids.count == 2
        return (
            WorkReference(deal: try DealReference(context), id: isWhole ? ids[0] : nil), child: isWhole ? ids[1] : nil
        )
    }
}

/// Nobody changes or removes what he has not read as it stands.
enum WorkVersion {
    /// - Throws: `version_required` without `If-Match`, and `version_mismatch` with the activity or task as it stands,
    ///   which the caller may see, when he read an older one.
    static func require(_ current: some RPCResource & Encodable, _ name: String, by caller: Caller) throws {
        guard let expected = caller.context.ifMatch else {
            throw RPCFault(.failedPrecondition, "version_required", "Send If-Match with the version you read.")
        }
        guard expected != current.version else { return }
        throw RPCFault(
            .aborted, "version_mismatch", "The \(name) has changed since you read it.",
            current: String(decoding: try StrictJSON.encode(current), as: UTF8.self))
    }
}
