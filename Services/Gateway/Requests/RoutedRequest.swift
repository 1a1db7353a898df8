import HTTPServer

/// A request that has found its route.
struct RoutedRequest: Sendable {
    let request: HTTPRequest
    let mark: RequestMark
    let served: ServedRoute
    /// The ids in its path, in order.
    let ids: [String]

    var head: HTTPHead { request.head }
}
