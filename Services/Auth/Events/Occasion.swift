import Contracts
import Foundation
import RPC

/// When, by whom and in which call something is done: what all events of one transaction share.
struct Occasion: Sendable {
    let now: Instant
    let actor: EventActor
    let requestID: String?
    let traceID: String?

    init(_ context: RPCContext, at now: Instant) {
        self.init(now: now, actor: EventActor(context), requestID: context.requestID, traceID: context.trace.traceID)
    }

    private init(now: Instant, actor: EventActor, requestID: String?, traceID: String?) {
        self.now = now
        self.actor = actor
        self.requestID = requestID
        self.traceID = traceID
    }

    /// What the service does by itself.
    static func own(at now: Instant) -> Occasion {
        Occasion(now: now, actor: .service(Peer.auth), requestID: nil, traceID: nil)
    }

    /// The same call, once it is known who makes it.
    func signedIn(_ user: User, session: UUID) -> Occasion {
        let actor = EventActor(kind: "user", id: user.id.text, session: session, address: actor.address)
        return Occasion(now: now, actor: actor, requestID: requestID, traceID: traceID)
    }
}
