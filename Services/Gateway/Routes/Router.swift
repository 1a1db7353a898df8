import Contracts
import HTTPServer
import NIOCore
import NIOHTTP1

/// Finds the route of a request by its canonical path, the same one that is forwarded.
struct Router: Sendable {
    enum Match: Sendable {
        case found(ServedRoute, ids: [String])
        /// The path exists, but not with this method.
        case otherMethods([HTTPMethod])
        case none
    }

    /// As long as the front waits for an answer.
    private static let deadlineMax = TimeAmount.seconds(30)

    private let root: Node

    /// - Throws: `RouteTableError` when a route is open to nobody, calls nobody, stands twice, has no deadline, or takes a
    ///   body it has no room for.
    init(_ routes: [Route]) throws {
        for (index, route) in routes.enumerated() {
            if route.access == .nobody { throw RouteTableError("\(route.method) \(route.path) is open to nobody") }
            if case .call(let service, _) = route.target, !Peer.servers.contains(service) {
                throw RouteTableError("\(route.method) \(route.path) calls \(service), which is no service")
            }
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
        root = Node(routes, depth: 0)
    }

    /// - Parameter method: as the request has it. HEAD is GET without the body (RFC 9110 section 9.3.2); the server leaves
    ///   the body out.
    func match(_ method: String, _ segments: [String]) -> Match {
        var others: [HTTPMethod] = []
        guard let found = root.find(method == "HEAD" ? "GET" : method, segments, 0, &others) else {
            return others.isEmpty ? .none : .otherMethods(others)
        }
        return .found(found, ids: found.ids(segments))
    }

    /// What the path can be asked for; none when it does not exist.
    func methods(_ segments: [String]) -> [HTTPMethod] {
        // No route is OPTIONS, so the others are all.
        if case .otherMethods(let methods) = match("OPTIONS", segments) { methods } else { [] }
    }

    /// All routes that have the same beginning.
    private final class Node: Sendable {
        private let literals: [String: Node]
        private let capture: Node?
        /// By what stands behind the id in the same segment, as `.csv`.
        private let suffixed: [String: Node]
        /// Routes that take all that follows here.
        private let rest: [String: ServedRoute]
        private let routes: [String: ServedRoute]
        /// In the order of the table.
        private let methods: [HTTPMethod]

        init(_ routes: [Route], depth: Int) {
            let here = routes.filter { $0.pattern.count == depth }
            let deeper = routes.filter { $0.pattern.count > depth }
            let takesRest = { (route: Route) in route.pattern[depth].hasPrefix("{+") }
            let below = deeper.filter { !takesRest($0) }
            rest = Dictionary(
                uniqueKeysWithValues: deeper.filter(takesRest).map { ($0.method.rawValue, ServedRoute($0)) })
            literals = Dictionary(grouping: below.filter { $0.pattern[depth].first != "{" }) { $0.pattern[depth] }
                .mapValues { Node($0, depth: depth + 1) }
            let captured = below.filter { $0.pattern[depth].first == "{" }
            let plain = captured.filter { $0.pattern[depth].last == "}" }
            capture = plain.isEmpty ? nil : Node(plain, depth: depth + 1)
            suffixed = Dictionary(grouping: captured.filter { $0.pattern[depth].last != "}" }) {
                RouteCapture($0.pattern[depth]).suffix
            }.mapValues { Node($0, depth: depth + 1) }
            self.routes = Dictionary(uniqueKeysWithValues: here.map { ($0.method.rawValue, ServedRoute($0)) })
            methods = here.flatMap { $0.method == .GET ? [.GET, .HEAD] : [$0.method] }
        }

        /// - Parameter others: takes the methods of routes that would fit but for theirs.
        func find(_ method: String, _ segments: [String], _ depth: Int, _ others: inout [HTTPMethod]) -> ServedRoute? {
            guard depth < segments.count else {
                if let route = routes[method] { return route }
                // A literal beside a capture may have the same ones.
                others += methods.filter { !others.contains($0) }
                return nil
            }
            let segment = segments[depth]
            if let route = literals[segment]?.find(method, segments, depth + 1, &others) { return route }
            for (suffix, node) in suffixed where segment.count > suffix.count && segment.hasSuffix(suffix) {
                guard Self.isID(segment) else { break }
                if let route = node.find(method, segments, depth + 1, &others) { return route }
            }
            if let capture, Self.isID(segment),
                let route = capture.find(method, segments, depth + 1, &others)
            {
                return route
            }
            let behind = segments[depth...]
            guard !rest.isEmpty, behind.count <= Route.restMax, behind.allSatisfy(Self.isID) else { return nil }
            if let route = rest[method] { return route }
            others += rest.values.map(\.route.method).flatMap { $0 == .GET ? [.GET, .HEAD] : [$0] }
            return nil
        }

        private static func isID(_ segment: String) -> Bool {
            !segment.isEmpty && segment.utf8.count <= Route.idBytesMax
        }
    }
}

/// A route as requests meet it: one object, so that finding it copies nothing.
final class ServedRoute: Sendable {
    let route: Route
    /// As logs and metrics name it.
    let label: String
    /// Which segments are ids.
    private let captures: [Int]
    /// From which segment on all are one.
    private let rest: Int?

    init(_ route: Route) {
        self.route = route
        label = "\(route.method) \(route.path)"
        captures = route.pattern.indices.filter { route.pattern[$0].first == "{" }
        rest = route.pattern.last?.hasPrefix("{+") == true ? route.pattern.count - 1 : nil
    }

    func ids(_ segments: [String]) -> [String] {
        captures.map { index in
            guard index != rest else { return segments[index...].joined(separator: "/") }
            return String(segments[index].dropLast(RouteCapture(route.pattern[index]).suffix.count))
        }
    }
}

/// A segment of a pattern that takes an id: `{id}`, `{+path}`, or `{report}.csv` with what stands behind the id.
struct RouteCapture: Sendable {
    let name: String
    let suffix: String

    init(_ segment: String) {
        name = String(segment.dropFirst().prefix { $0 != "}" }.trimmingPrefix("+"))
        suffix = String(segment.drop { $0 != "}" }.dropFirst())
    }
}

struct RouteTableError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = "route table: \(description)" }
}

extension HTTPHead {
    /// Whether its path is one of the API, as far as the first segment tells; the others are pages.
    var isInAPI: Bool {
        switch pathSegments.first {
        case "api", ".well-known": true
        default: false
        }
    }
}
