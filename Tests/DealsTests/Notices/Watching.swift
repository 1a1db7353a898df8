import Contracts
import RPC

@testable import deals

/// Watching as the gateway does for a person.
extension Desk {
    func context(_ person: Person) -> RPCContext {
        RPCContext(
            peer: Peer.gateway, identity: RPCIdentity(subject: person.id, session: person.id, roles: person.role.bits))
    }

    func watch(_ person: Person, after: Int64? = nil) async throws -> NoticeWatch {
        try await notices.join(NoticesFrom(after: after), context(person))
    }

    /// The number of the newest event.
    func newest() async throws -> Int64 { try await notices.store.newest() }

    /// `count` events of a deal.
    func updates(_ count: Int, of deal: Deal, as person: Person) async throws -> Deal {
        var deal = deal
        for number in 0..<count {
            deal = try await update(deal, as: person) { $0.nextStep = .set("step \(number) of \(deal.version)") }
        }
        return deal
    }
}

extension [DealNotice] {
    var sequences: [Int64] { map(\.sequence) }
    var types: [String?] { map(\.type) }
    var kinds: [DealNoticeKind] { map(\.kind) }
}
