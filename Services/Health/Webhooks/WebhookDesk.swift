import Contracts
import Events
import Logging
import RPC
import ServiceKit
import ServiceLifecycle
import Storage

/// All of webhooks in this process: what it serves, and the loops that take events in, deliver them and clean up.
struct WebhookDesk: Sendable {
    /// Whose events are delivered.
    static let sources = [Peer.auth, Peer.deals]
    /// Under which name their sources know us.
    static let group = "webhooks"
    static let sweepPeriod = Duration.seconds(600)

    let endpoints: EndpointStore
    let deliveries: DeliveryStore
    let store: Store
    let rule: AddressRule
    let bell = Bell()
    let meters = WebhookMeters()
    let logger: Logger

    init(_ settings: WebhookSettings, store: Store, logger: Logger) {
        endpoints = EndpointStore(store: store, box: settings.box)
        deliveries = DeliveryStore(store: store, box: settings.box)
        self.store = store
        rule = settings.rule
        self.logger = logger
    }

    func register(on router: inout RPCRouter) {
        WebhookHandlers(endpoints: endpoints, log: DeliveryLogStore(store: store), rule: rule, bell: bell)
            .register(on: &router)
    }

    /// Make deliveries of the events of each source.
    /// - Parameter clients: of services; those that are no sources are left out.
    func consumers(of clients: [(String, RPCClient)], clock: @escaping WallClock = { .now }) -> [EventConsumer] {
        let effect = IntakeStore(meters: meters, clock: clock).effect
        return clients.filter { Self.sources.contains($0.0) }.map { source, client in
            EventConsumer(
                source: source, group: Self.group, store: store, client: client, effect: effect, logger: logger,
                applied: { [bell] _ in bell.ring() }, now: clock)
        }
    }

    func services(_ consumers: [EventConsumer], _ kit: ProcessKit) -> [any Service] {
        let intake = consumers.map { consumer in
            kit.service("webhook intake from \(consumer.source)") { await consumer.run() }
        }
        let dispatcher = WebhookDispatcher(
            store: deliveries, sender: WebhookSender(rule: rule), bell: bell, meters: meters, logger: logger)
        return intake + [
            kit.service("webhooks") { await dispatcher.run() },
            kit.service("webhook sweeper") { await self.sweepUntilCancelled() },
            kit.service("webhook meters") { await self.watchUntilCancelled() },
        ]
    }

    private func sweepUntilCancelled() async {
        let sweeper = WebhookSweepStore(store: store)
        await repeatedly(every: Self.sweepPeriod, "old webhook deliveries cannot be removed") {
            try await sweeper.sweep(at: .now)
        }
    }

    private func watchUntilCancelled() async {
        await repeatedly(every: WebhookMeters.period, "waiting webhooks cannot be counted") {
            meters.show(try await deliveries.depth(), at: .now)
        }
    }

    private func repeatedly(every period: Duration, _ complaint: Logger.Message, _ body: () async throws -> Void) async
    {
        while !Task.isCancelled {
            do { try await body() } catch {
                if !Task.isCancelled { logger.warning(complaint, metadata: ["error": "\(error)"]) }
            }
            try? await Task.sleep(for: period)  // throws only when cancelled, which ends the loop
        }
    }
}
