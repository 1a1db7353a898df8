import NIOCore
import RPC

/// One line of JSON about a call, for scripts.
enum CallOutcome {
    case success(RPCReply)
    case failure(RPCFault)

    /// `{"body":…,"status":"ok"}`, with `resource` and `version` of what is one resource;
    /// `{"code":…,"errors":[…],"message":…,"status":…}`.
    var line: String {
        let members: [(String, String?)] =
            switch self {
            case .success(let reply):
                [
                    ("body", String(buffer: reply.body)), ("resource", reply.resource.map(Self.quoted)),
                    ("status", Self.quoted("ok")), ("version", reply.version.map { "\($0)" }),
                ]
            case .failure(let fault):
                [
                    ("code", Self.quoted(fault.code)), ("current", fault.current),
                    ("errors", try? JSONText.encode(fault.errors)), ("message", Self.quoted(fault.message)),
                    ("status", Self.quoted("\(fault.status)")),
                ]
            }
        let pairs = members.compactMap { name, value in value.map { "\"\(name)\":\($0)" } }
        return "{\(pairs.joined(separator: ","))}"
    }

    /// Text always encodes.
    private static func quoted(_ text: String) -> String { (try? JSONText.encode(text)) ?? "null" }
}
