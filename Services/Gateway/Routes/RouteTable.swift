import Contracts
import NIOCore
import RPC

/// Every public route of the suite. What is not in this table does not exist.
///
/// A new route is an entry in its chapter, `RouteTable+….swift`: the call that answers it, who may use it, and what differs
/// from the usual. Its schemas come from the call's types. Problems that only its service knows of stand in
/// `RouteProblems.ofServices`, bounds of values in `SchemaLimits.table`, and the words of examples in `ExampleTexts`.
enum RouteTable {
    /// Passwords are hashed two at a time, so that a few sign-ins at once wait for each other.
    static let hashing = TimeAmount.seconds(15)

    /// In the order in which the OpenAPI document has them.
    static let all: [Route] = chapters.flatMap { $0 }

    private static let chapters: [[Route]] = [
        signingIn, people, deals, work, documents, walls, rates, parties, history, approvals, pipelines, finding, views,
        manyDeals, imports, reports, events, organizations, audit, webhooks, operation,
    ]

    private static let events: [Route] = [
        .own("/api/events", "What happens to the deals you may see, as server-sent events", .events, Nothing.self)
            .allow(.readDeals).streams().passive().heavy()
    ]

    private static let operation: [Route] = [
        .get("/api/health", "The state of the services; details when signed in", HealthMethods.current)
            .open(.standard),
        .get("/api/health/history", "The last 24 hours of each service", HealthMethods.history)
            .allow(.readHealthDetails),
        .own("/.well-known/jwks.json", "The public keys of access tokens (RFC 7517)", .keySet, JSONWebKeySet.self),
        .own("/api/openapi.json", "This document", .openAPI, Nothing.self),
    ]
}
