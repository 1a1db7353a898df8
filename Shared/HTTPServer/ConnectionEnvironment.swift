import Logging

/// What all connections of a server share.
struct ConnectionEnvironment: Sendable {
    let limits: HTTPLimits
    let handler: any HTTPHandler
    let faults: @Sendable (HTTPRefusal) -> HTTPResponse
    let logger: Logger
    let counts: ConnectionCounts
}
