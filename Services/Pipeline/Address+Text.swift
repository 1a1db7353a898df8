import ArgumentParser
import ServiceKit

extension Address {
    /// As a URL wants it: IPv6 in brackets (RFC 3986 section 3.2.2).
    var text: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    var url: String { "http://\(text)" }
}

/// `127.0.0.1:8080`, `localhost:0`, `[::1]:8080`
extension Address: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }

    package var defaultValueDescription: String { text }
}
