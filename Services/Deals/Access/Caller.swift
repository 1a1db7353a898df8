import Contracts
import Foundation
import RPC

/// Who calls, and when: what the rules of this service ask about a request.
struct Caller: Sendable {
    let id: UUID
    let role: Role
    let now: Instant
    let context: RPCContext

    /// Made before anything else of a call is looked at: a role that may not do this gets one answer for every deal,
    /// there or not.
    /// - Throws: `unauthenticated` or `forbidden` when the caller's role may not do this at all.
    init(_ context: RPCContext, may permission: Permission, now: Instant) throws {
        let identity = try context.require(permission)
        guard let role = Role(bits: identity.roles) else { throw RPCFault.forbidden("Your role does not allow this.") }
        id = identity.subject
        self.role = role
        self.now = now
        self.context = context
    }

    var today: BusinessDate { now.day }

    /// The same caller later, as long as his stream is open.
    func at(_ now: Instant) -> Caller { Caller(self, context, now: now) }

    /// The same caller, who has read this version of what he changes; nil when he does not say.
    func expecting(_ version: Int64?) -> Caller {
        var context = context
        context.ifMatch = version
        return Caller(self, context, now: now)
    }

    private init(_ caller: Caller, _ context: RPCContext, now: Instant) {
        (id, role) = (caller.id, caller.role)
        self.context = context
        self.now = now
    }

    /// - Throws: `version_mismatch` with the deal as it stands, which the caller may see, when he read an older one.
    func requireVersion(of deal: Deal) throws {
        guard let expected = context.ifMatch, expected != deal.version else { return }
        throw try RPCFault.stale(deal)
    }
}

extension RPCFault {
    /// Of a version that is not the deal's.
    /// - Parameter fields: those that the caller wants to change and others have changed, where that is known.
    static func stale(_ deal: Deal, conflictingFields fields: [String] = []) throws -> RPCFault {
        RPCFault(
            .aborted, "version_mismatch", "The deal has changed since you read it.",
            current: String(decoding: try StrictJSON.encode(deal), as: UTF8.self), conflictingFields: fields)
    }
}
