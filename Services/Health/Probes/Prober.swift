import Contracts
import RPC

/// Looks at one target at regular intervals, and at once when its connection comes or goes.
struct Prober: Sendable {
    let target: String
    let interval: Duration
    let probe: @Sendable () async -> ProbeOutcome
    let clock: ProbeClock
    /// Must not wait for anything: no disk, no network.
    let record: @Sendable (Probe) -> Void

    init(
        target: String, interval: Duration, clock: ProbeClock = .system,
        probe: @escaping @Sendable () async -> ProbeOutcome,
        record: @escaping @Sendable (Probe) -> Void
    ) {
        self.target = target
        self.interval = interval
        self.clock = clock
        self.probe = probe
        self.record = record
    }

    /// Runs until it is cancelled. Probes never overlap; reasons to probe that come during one make one more.
    func run(onChangesOf connection: AsyncStream<RPCConnectionState>? = nil) async {
        let (reasons, reason) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        // A target whose connection is watched is first looked at when it connects or after one interval: while everything
        // starts together, not being there yet is no failure.
        if connection == nil { reason.yield() }
        await withTaskGroup(of: Void.self) { group in
            if let connection {
                group.addTask { for await _ in connection { reason.yield() } }
            }
            group.addTask {
                // Sleeping fails only when cancelled.
                while (try? await clock.sleep(jittered())) != nil { reason.yield() }
                reason.finish()
            }
            for await _ in reasons { await look() }
            group.cancelAll()
        }
    }

    private func look() async {
        let start = clock.now()
        let outcome = await probe()
        // What a stopping process sees says nothing about the target.
        guard !Task.isCancelled else { return }
        let end = clock.now()
        record(Probe(at: clock.wall(), moment: end, latency: end - start, outcome: outcome))
    }

    /// A tenth more or less, so that the probers do not fall into step.
    private func jittered() -> Duration { interval * Double.random(in: 0.9...1.1) }
}
