import ArgumentParser
import ServiceKit

extension Address {
    /// As a URL wants it: IPv6 in brackets (RFC 3986 section 3.2.2).
    var text: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    var url: String { "http://\(text)" }

    /// Where this machine reaches it: the wildcard addresses can be listened on but not connected to.
    var reachable: Address {
        switch host {
        case "0.0.0.0": Address(host: "127.0.0.1", port: port)
        case "::": Address(host: "::1", port: port)
        default: self
        }
    }
}

/// `127.0.0.1:8080`, `localhost:0`, `[::1]:8080`
extension Address: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }

    package var defaultValueDescription: String { text }
}
