import Logging

/// What all connections of a server share.
struct ConnectionEnvironment: Sendable {
    let limits: HTTPLimits
    let handler: any HTTPHandler
    let faults: @Sendable (HTTPRefusal) -> HTTPResponse
    let logger: Logger
    let counts: ConnectionCounts

    /// The answer to what the front itself refuses.
    func answer(to refusal: HTTPRefusal, from client: ClientAddress) -> HTTPResponse {
        logger.debug(
            "request refused", metadata: ["http.code": "\(refusal.code)", "client.address": "\(client.text)"])
        return faults(refusal)
    }
}
