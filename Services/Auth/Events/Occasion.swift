import Contracts
import Foundation
import RPC

/// When, by whom and in which call something is done: what all events of one transaction share.
struct Occasion: Sendable {
    let now: Instant
    let actor: EventActor
    let requestID: String?
    let traceID: String?
    /// Of a sign-in: what the client calls itself.
    let userAgent: String?

    init(_ context: RPCContext, at now: Instant) {
        self.init(
            now: now, actor: EventActor(context), requestID: context.requestID, traceID: context.trace.traceID,
            userAgent: UserAgent.kept(context.userAgent))
    }

    private init(
        now: Instant, actor: EventActor, requestID: String? = nil, traceID: String? = nil, userAgent: String? = nil
    ) {
        self.now = now
        self.actor = actor
        self.requestID = requestID
        self.traceID = traceID
        self.userAgent = userAgent
    }

    /// What the service does by itself.
    static func own(at now: Instant) -> Occasion {
        Occasion(now: now, actor: .service(Peer.auth))
    }

    /// The same call, once it is known who makes it.
    func signedIn(_ user: User, session: UUID) -> Occasion {
        let actor = EventActor(kind: "user", id: user.id.text, session: session, address: actor.address)
        return Occasion(
            now: now, actor: actor, requestID: requestID, traceID: traceID, userAgent: userAgent)
    }
}
