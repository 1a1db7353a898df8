/// A host, by name or number, and a port.
package struct Address: Sendable, Hashable {
    package let host: String
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `HOST:PORT`; IPv6 hosts in brackets.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { return nil }
        let host = text[..<colon].trimmingPrefix("[").replacing("]", with: "")
        guard !host.isEmpty else { return nil }
        self.init(host: String(host), port: port)
    }

    /// Where this machine reaches it: the wildcard addresses can be listened on but not connected to.
    package var reachable: Address {
        switch host {
        case "0.0.0.0": Address(host: "127.0.0.1", port: port)
        case "::": Address(host: "::1", port: port)
        default: self
        }
    }
}
