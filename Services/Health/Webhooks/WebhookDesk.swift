import Contracts
import Logging
import NIOCore
import RPC
import ServiceKit
import ServiceLifecycle
import Storage

/// All of webhooks in this process: what it serves, and the loops that take events in, deliver them and clean up.
struct WebhookDesk: Sendable {
    /// Whose events are delivered.
    static let sources = [Peer.auth, Peer.deals]
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

    /// - Parameter clients: of the sources.
    func services(_ clients: [(String, RPCClient)], _ kit: ProcessKit) -> [any Service] {
        let intake = clients.filter { Self.sources.contains($0.0) }.map { source, client in
            let intake = WebhookIntake(
                source: source, store: IntakeStore(store: store), bell: bell, logger: logger,
                // Longer than the source lets us wait for news.
                pull: { try await client.call(EventMethods.pull, $0, timeout: .seconds(15)) },
                // What fails comes again with the next.
                acknowledge: { sequence in
                    let word = EventAcknowledgement(group: "webhooks", sequence: sequence)
                    _ = try? await client.call(EventMethods.acknowledge, word)
                })
            return kit.service("webhook intake from \(source)") { await intake.run() }
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
