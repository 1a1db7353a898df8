package import Foundation
package import NIOCore

/// What a handler knows about the call beside its input.
package struct RPCContext: Sendable {
    /// The name the calling service proved in the handshake, such as `gateway`.
    package var peer: String
    /// The signed-in user on whose behalf the gateway calls; nil for calls between services and for public routes.
    package var identity: RPCIdentity?
    package var trace: TraceContext
    /// The id of the public request, as the client and the logs see it.
    package var requestID: String?
    /// The ids in the path of the public request, in order: `/api/deals/{id}/team/{userId}` gives two.
    package var resource: [String]
    /// The version that the caller believes is current (`If-Match`).
    package var ifMatch: Int64?
    package var idempotencyKey: String?
    /// What was asked for under that key: SHA-256 of the method, the ids in the path and the input, however its fields were
    /// ordered. Set by the router for methods that deduplicate; nil without a key.
    package var requestDigest: Data?
    /// The address of the client at the public door, for audit and throttling.
    package var clientAddress: String?
    /// What the client calls itself at the public door; sent along only where somebody signs in.
    package var userAgent: String?
    package var deadline: NIODeadline

    package init(
        peer: String, identity: RPCIdentity? = nil, trace: TraceContext = .random(), requestID: String? = nil,
        resource: [String] = [], ifMatch: Int64? = nil, idempotencyKey: String? = nil, clientAddress: String? = nil,
        userAgent: String? = nil, deadline: NIODeadline = .now() + .seconds(10)
    ) {
        self.peer = peer
        self.identity = identity
        self.trace = trace
        self.requestID = requestID
        self.resource = resource
        self.ifMatch = ifMatch
        self.idempotencyKey = idempotencyKey
        self.clientAddress = clientAddress
        self.userAgent = userAgent
        self.deadline = deadline
    }
}

/// Who is signed in: set by the gateway from a verified token, believed from no other peer.
package struct RPCIdentity: Sendable, Hashable {
    package let subject: UUID
    package let session: UUID
    /// A bit per role; which bit means what is the domain's business (Contracts).
    package let roles: UInt16

    package init(subject: UUID, session: UUID, roles: UInt16) {
        self.subject = subject
        self.session = session
        self.roles = roles
    }
}
