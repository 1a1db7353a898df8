import NIOCore
import NIOHTTP1
import RPC

/// One public entrance: what it takes, who may use it, how often, and which call of which service answers it.
struct Route: Sendable {
    enum Access: Sendable {
        /// Anybody; a token is looked at when there is one.
        case anyone
        case roles(Set<String>)
    }

    enum Target: Sendable {
        case call(peer: String, RPCMethodEntry)
        /// Answered by the gateway itself.
        case keySet, openAPI
        /// A stream that the gateway keeps going.
        case events
    }

    let method: HTTPMethod
    /// Segments, where `{id}` takes one that goes to the service as a resource id.
    let pattern: [String]
    let summary: String
    let target: Target
    let input: JSONSchema?
    let output: JSONSchema?

    // A route starts closed to everybody: one that never says who may use it stops the gateway's start.
    var access = Access.roles([])
    var limit = LimitClass.standard
    var query: [QueryParameter] = []
    var success = HTTPResponseStatus.ok
    /// Of the answer.
    var mediaType = "application/json"
    /// Where a resource that was made can be read: the id is appended.
    var location: String?
    /// `If-Match` is passed on when it is there; the service says when it must be.
    var takesIfMatch = false
    /// The service honours `Idempotency-Key`.
    var isIdempotent = false
    var bodyBytesMax: Int
    var deadline = TimeAmount.seconds(5)

    var path: String { "/" + pattern.joined(separator: "/") }
    var takesBody: Bool { input != nil }

    /// The resource ids in `segments`, or nil when they do not fit the pattern.
    func match(_ segments: [String]) -> [String]? {
        guard segments.count == pattern.count else { return nil }
        var ids: [String] = []
        for (segment, part) in zip(segments, pattern) {
            if part.first == "{" {
                guard !segment.isEmpty, segment.utf8.count <= 128 else { return nil }
                ids.append(segment)
            } else if part != segment {
                return nil
            }
        }
        return ids
    }
}
