import Contracts
import Foundation

/// An event as JSON, byte for byte as the coder of all other values would write it, in a tenth of its time: every change
/// writes one in its transaction, while other writes wait.
enum EventJSON {
    static func encode(_ event: Event) -> Data {
        var out: [UInt8] = []
        out.reserveCapacity(1024)
        out.append(#"{"actor":{"#)
        if let address = event.actor.address { out.append(member: "address", address, before: ",") }
        out.append(member: "id", event.actor.id, before: ",")
        out.append(member: "kind", event.actor.kind)
        if let session = event.actor.session {
            out.append(",")
            out.append(member: "session", session.text)
        }
        out.append(#"},"changes":["#)
        for (index, change) in event.changes.enumerated() {
            out.append(index == 0 ? "{" : ",{")
            if let after = change.after { out.append(member: "after", after, before: ",") }
            if let before = change.before { out.append(member: "before", before, before: ",") }
            out.append(member: "field", change.field)
            out.append("}")
        }
        out.append("],")
        out.append(member: "id", event.id.text, before: ",")
        if let outcome = event.outcome { out.append(member: "outcome", outcome.rawValue, before: ",") }
        if let id = event.requestId { out.append(member: "requestId", id, before: ",") }
        out.append(#""subject":{"#)
        out.append(member: "id", event.subject.id, before: ",")
        out.append(member: "kind", event.subject.kind)
        if let number = event.subject.number {
            out.append(",")
            out.append(member: "number", number)
        }
        out.append("},")
        out.append(member: "time", event.time.text, before: ",")
        if let id = event.traceId { out.append(member: "traceId", id, before: ",") }
        out.append(member: "type", event.type, before: ",")
        out.append("\"version\":\(event.version)}")
        return Data(out)
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ text: String) { append(contentsOf: text.utf8) }

    /// - Parameter end: what follows it.
    fileprivate mutating func append(member name: String, _ value: String, before end: String = "") {
        append("\"")
        append(name)
        append("\":\"")
        append(jsonEscaped: value)
        append("\"")
        append(end)
    }
}
