/// A method as a server runs it: with its handler and its counters.
final class ServedMethod: Sendable {
    let entry: RPCMethodEntry
    let handler: RPCRouter.Handler
    let stats: MethodStats

    init(_ route: RPCRouter.Route) {
        entry = route.entry
        handler = route.handler
        stats = MethodStats(route.entry.name)
    }
}

/// Everything that a server answers.
struct ServedMethods: Sendable {
    let byID: [UInt16: ServedMethod]
    /// Stands for whatever is called and is not there.
    let unknown: ServedMethod

    init(_ router: RPCRouter) {
        byID = router.routes.mapValues(ServedMethod.init)
        let entry = RPCMethodEntry(id: 0, name: "unknown", callers: [], isIdempotent: false)
        unknown = ServedMethod(.init(entry: entry, handler: .unary { _, _ in throw RPCFault.internal }))
    }

    var stats: [MethodStats] { byID.values.map(\.stats) + [unknown.stats] }
}
