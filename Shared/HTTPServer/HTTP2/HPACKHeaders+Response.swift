import NIOHPACK
import NIOHTTP1

extension HPACKHeaders {
    /// An answer's fields; nil when one holds what may not travel.
    init?(_ response: HTTPResponse, isHead: Bool, date: String) {
        self.init()
        reserveCapacity(response.headers.count + (response.preset?.fields.count ?? 0) + 3)
        add(name: ":status", value: String(response.status.code))
        var ownLength: String?
        for (name, value) in response.headers {
            let name = name.lowercased()
            if name == "content-length" { ownLength = value }
            if Self.isOurs(name) { continue }
            guard !name.isEmpty, name.utf8.allSatisfy(ASCII.isToken), value.utf8.allSatisfy(ASCII.isText) else {
                return nil
            }
            add(name: name, value: value)
        }
        for (name, value) in response.preset?.fields ?? [] { add(name: name, value: value) }
        if let length = response.contentLength(isHead: isHead, own: ownLength) {
            add(name: "content-length", value: String(length))
        }
        add(name: "date", value: date)
    }

    /// What belongs to the server, or to connections of HTTP/1.1 (RFC 9113 §8.2.2).
    private static func isOurs(_ name: String) -> Bool {
        [
            "date", "server", "connection", "keep-alive", "content-length", "transfer-encoding", "upgrade",
            "proxy-connection",
        ].contains(name)
    }
}
