import Contracts
import RPC

/// Notices in the text of `text/event-stream` (WHATWG HTML §9.2.5).
enum EventText {
    /// How long a browser waits before it comes again.
    static let opening = "retry: 3000\n: open\n\n"

    static func comment(_ text: String) -> String { ": \(text)\n\n" }

    /// A heartbeat is an id without data: it dispatches nothing, but moves the client's `Last-Event-ID`.
    static func text(_ notice: DealNotice) -> String {
        switch notice.kind {
        case .heartbeat: return "id: \(notice.sequence)\n\n"
        case .resync: return "id: \(notice.sequence)\nevent: resync\ndata: {}\n\n"
        case .event:
            var members: [String] = []
            if let id = notice.id { members.append("\"id\":\"\(id.text)\"") }
            if let type = notice.type { members.append("\"type\":\"\(type)\"") }
            if let deal = notice.dealId { members.append("\"dealId\":\"\(deal.text)\"") }
            if let version = notice.dealVersion { members.append("\"dealVersion\":\(version)") }
            if let time = notice.time { members.append("\"time\":\"\(time.text)\"") }
            return
                "id: \(notice.sequence)\nevent: \(notice.type ?? "event")\ndata: {\(members.joined(separator: ","))}\n\n"
        }
    }

    /// The stream ends after it; a browser comes again after `retry`.
    static func refusal(_ fault: RPCFault) -> String {
        "retry: 5000\nevent: problem\ndata: {\"code\":\"\(fault.code)\"}\n\n"
    }

    /// `Last-Event-ID`: nil when it is none that we gave.
    static func sequence(_ field: String?) -> Int64? {
        field.flatMap { Int64($0) }.flatMap { $0 >= 0 ? $0 : nil }
    }
}
