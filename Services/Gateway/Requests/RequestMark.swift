import Contracts
import Foundation
import HTTPServer
import NIOHTTP1
import RPC

/// The names under which one request is found again in every log: an id for people, W3C trace context for tools.
struct RequestMark: Sendable {
    let id: String
    let trace: TraceContext

    /// Takes over what the client sent, when it is well-formed.
    init(_ head: HTTPHead) {
        let sent = head.headers["x-request-id"]
        id = sent.count == 1 && Self.isPlain(sent[0]) ? sent[0] : Self.newID()
        trace = head.headers["traceparent"].first.flatMap(TraceContext.init(header:))?.child() ?? .random()
    }

    private static func newID() -> String {
        var random = TraceRandom()
        return UUIDv7.make(at: .now, random: &random).text
    }

    private static func isPlain(_ id: String) -> Bool {
        (1...64).contains(id.utf8.count)
            && id.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                    || [0x2D, 0x2E, 0x5F].contains($0)
            }
    }
}
