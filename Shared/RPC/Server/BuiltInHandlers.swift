import NIOCore

/// Answers the methods that every server has.
struct BuiltInHandlers: Sendable {
    private static let watchPeriod = Duration.milliseconds(250)

    private let server: RPCServer.Configuration
    private let methods: [RPCMethodEntry]
    private let stats: RPCStats
    private let started = NIODeadline.now()

    init(_ server: RPCServer.Configuration, methods: [RPCMethodEntry], stats: RPCStats) {
        self.server = server
        self.methods = methods
        self.stats = stats
    }

    func register(on router: inout RPCRouter) {
        router.on(BuiltInMethods.health) { _, _ in health }
        router.on(BuiltInMethods.describe) { _, _ in description }
        router.on(BuiltInMethods.stats) { _, _ in stats.report }
        router.on(BuiltInMethods.watch) { _, _, writer in try await watch(writer) }
    }

    private var health: RPCServerHealth {
        RPCServerHealth(
            isReady: server.isReady(), service: server.service, version: server.version,
            uptimeSeconds: Int((NIODeadline.now() - started).nanoseconds / 1_000_000_000))
    }

    private var description: RPCDescription {
        RPCDescription(
            service: server.service, tableHash: server.tableHash,
            methods: methods.map {
                .init(
                    id: $0.id, name: $0.name, callers: $0.callers.sorted(), idempotent: $0.isIdempotent,
                    stream: $0.isStream)
            })
    }

    private func watch(_ writer: RPCStreamWriter<RPCServerHealth>) async throws {
        var last: Bool?
        while true {
            let now = health
            if now.isReady != last { try await writer.send(now) }
            last = now.isReady
            try await Task.sleep(for: Self.watchPeriod)
        }
    }
}
