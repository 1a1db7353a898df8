import Contracts
import RPC

/// What others may ask about health.
struct HealthHandlers: Sendable {
    let board: ProbeBoard
    let history: HistoryStore
    let interval: Duration
    var clock = ProbeClock.system

    func register(on router: inout RPCRouter) {
        router.on(HealthMethods.current) { _, context in current(context) }
        router.on(HealthMethods.history) { _, context in try await history(context) }
    }

    /// Open to everyone, for load balancers and status pages; why and since when is for those who are signed in.
    func current(_ context: RPCContext) -> HealthReport {
        var services = board.services()
        if context.identity == nil {
            services = services.mapValues {
                ServiceHealth(
                    status: $0.status, since: nil, checkedAt: nil, latencyMicroseconds: nil, uptime24h: nil, error: nil)
            }
        }
        return HealthReport(status: HealthJudgement.overall(services.mapValues(\.status)), services: services)
    }

    func history(_ context: RPCContext) async throws -> HealthHistory {
        _ = try context.require(.readHealthDetails)
        let to = clock.wall()
        let from = to.advanced(bySeconds: -HistoryStore.windowSeconds)
        let builders = board.services().mapValues { _ in SpanBuilder(from: from, interval: interval) }
        let built = try await history.fold(builders, from: from, to: to) { builders, record in
            builders[record.target]?.take(record)
        }
        return HealthHistory(from: from, to: to, services: built.mapValues { $0.spans(until: to) })
    }
}
