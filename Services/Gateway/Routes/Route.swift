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
    }

    let method: HTTPMethod
    /// Segments, where `{id}` takes one that goes to the service as a resource id.
    let pattern: [String]
    let summary: String
    let access: Access
    let limit: LimitClass
    let target: Target
    let query: [QueryParameter]
    let input: JSONSchema?
    let output: JSONSchema?
    let success: HTTPResponseStatus
    let precondition: Precondition
    let bodyBytesMax: Int
    let deadline: TimeAmount

    enum Precondition: Sendable {
        case none
        /// `If-Match` is passed on when it is there; the service says when it must be.
        case ifMatch
    }

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
