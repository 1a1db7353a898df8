import NIOCore
import NIOHTTP1

/// Finds the route of a request by its canonical path, the same one that is forwarded.
struct Router: Sendable {
    enum Match: Sendable {
        case found(Route, ids: [String])
        /// The path exists, but not with this method.
        case otherMethods([HTTPMethod])
        case none
    }

    /// As long as the front waits for an answer.
    private static let deadlineMax = TimeAmount.seconds(30)

    private let byLength: [Int: [Route]]

    /// - Throws: `RouteTableError` when a route is open to nobody, stands twice, has no deadline, or takes a body it has no room for.
    init(_ routes: [Route]) throws {
        for (index, route) in routes.enumerated() {
            if route.access == .nobody { throw RouteTableError("\(route.method) \(route.path) is open to nobody") }
            if route.deadline <= .zero || route.deadline > Self.deadlineMax {
                throw RouteTableError("\(route.method) \(route.path) has no deadline of 30 s at most")
            }
            if route.takesBody, route.bodyBytesMax == 0 {
                throw RouteTableError("\(route.method) \(route.path) takes a body of 0 bytes")
            }
            if routes[..<index].contains(where: { $0.method == route.method && $0.pattern == route.pattern }) {
                throw RouteTableError("\(route.method) \(route.path) stands twice")
            }
        }
        byLength = Dictionary(grouping: routes) { $0.pattern.count }
    }

    func match(_ method: HTTPMethod, _ segments: [String]) -> Match {
        var others: [HTTPMethod] = []
        for route in byLength[segments.count] ?? [] {
            guard let ids = route.match(segments) else { continue }
            // HEAD is GET without the body (RFC 9110 section 9.3.2); the server leaves the body out.
            if route.method == method || (method == .HEAD && route.method == .GET) { return .found(route, ids: ids) }
            others += route.method == .GET ? [.GET, .HEAD] : [route.method]
        }
        return others.isEmpty ? .none : .otherMethods(others)
    }
}

struct RouteTableError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = "route table: \(description)" }
}
