/// A method as a server runs it: with its handler and its counters.
final class ServedMethod: Sendable {
    let entry: RPCMethodEntry
    /// False for the one that stands for whatever is called and is not there.
    let isKnown: Bool
    let handler: RPCRouter.Handler
    let stats: MethodStats

    init(_ route: RPCRouter.Route, isKnown: Bool = true) {
        entry = route.entry
        self.isKnown = isKnown
        handler = route.handler
        stats = MethodStats(route.entry.name)
    }
}

/// Everything that a server answers.
struct ServedMethods: Sendable {
    private let byID: [UInt16: ServedMethod]
    private let unknown: ServedMethod

    init(_ router: RPCRouter) {
        byID = router.routes.mapValues { ServedMethod($0) }
        let entry = RPCMethodEntry(id: 0, name: "unknown", callers: [], isIdempotent: false)
        unknown = ServedMethod(.init(entry: entry, handler: .unary { _, _ in throw RPCFault.internal }), isKnown: false)
    }

    subscript(id: UInt16) -> ServedMethod { byID[id] ?? unknown }

    var stats: [MethodStats] { byID.values.map(\.stats) + [unknown.stats] }
}
