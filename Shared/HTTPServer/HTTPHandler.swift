/// What a server does with the requests that passed the front: the gateway's routes, the admin pages.
///
/// Both functions run on the event loop of the connection, so they must not block.
package protocol HTTPHandler: Sendable {
    /// Decides before a byte of the body is read. It runs once per request, also for requests without a body.
    func admit(_ head: HTTPHead) -> HTTPAdmission

    /// Answers a whole request. It is cancelled when the client goes away or `HTTPLimits.requestTimeout` is over.
    nonisolated(nonsending) func respond(to request: HTTPRequest) async -> HTTPResponse
}

package enum HTTPAdmission: Sendable {
    /// Read the body, but answer 413 and close when it is longer than this. The lease is held until the request is over,
    /// however it ends: so a handler can count those it has let in.
    case read(bodyBytesMax: Int, lease: (any AnyObject & Sendable)? = nil)
    /// Answer at once; `respond` is not called. A request that announced a body costs its connection.
    case reject(HTTPResponse)
}
