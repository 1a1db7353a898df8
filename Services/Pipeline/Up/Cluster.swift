import NIOCore
import ServiceKit
import UnixSignals

/// Runs the children and does what `ClusterState` decides. One loop owns the state; processes, timers and signals
/// report to it.
struct Cluster: Sendable {
    let plan: ClusterPlan
    let console: Console

    /// Between two questions whether a child is ready.
    static let probePause = Duration.milliseconds(15)

    /// Returns the exit code once no child is left.
    /// - Parameter whenReady: work to do beside a running cluster; cancelled when it stops.
    func run(signals: UnixSignalsSequence, whenReady: @escaping @Sendable () async -> Void) async -> Int32 {
        // Not bounded by itself, but by who reports: five processes, their timers, and a person who presses Ctrl-C.
        let (events, report) = AsyncStream<ClusterEvent>.makeStream()
        let (draining, drainBegins) = AsyncStream<Never>.makeStream()
        return await withDiscardingTaskGroup { group in
            group.addTask { for await _ in signals { report.yield(.signal) } }
            group.addTask { await Self.report(.startTimeOver, to: report, after: ClusterState.startTimeMax) }
            var orders: [String: AsyncStream<StopOrder>.Continuation] = [:]
            var state = ClusterState(names: plan.children.map(\.name), drainOrder: ClusterPlan.drainOrder, at: .now)
            var actions = state.begin(at: .now)
            var waiting = events.makeAsyncIterator()
            while true {
                for action in actions {
                    switch action {
                    case .launch(let name):
                        orders[name] = launch(name, report, in: &group)
                    case .wait(let name, let delay):
                        group.addTask { await Self.report(.backoffOver(name), to: report, after: delay) }
                    case .terminate(let names):
                        drainBegins.finish()
                        for name in names { orders[name]?.yield(.terminate) }
                    case .kill(let names):
                        for name in names { orders[name]?.yield(.kill) }
                    case .startDrainTime(let step):
                        group.addTask {
                            await Self.report(.drainTimeOver(step: step), to: report, after: ClusterState.drainTimeMax)
                        }
                    case .announceReady:
                        console.say("ready \(plan.listen.url)")
                        group.addTask { await Self.run(whenReady, until: draining) }
                    case .report(let line):
                        console.note("ibpipeline | \(line)")
                    case .finish(let code):
                        group.cancelAll()
                        return code
                    }
                }
                guard let event = await waiting.next() else { return CommandFailure.other }
                actions = state.handle(event, at: .now, jitter: .random(in: -1...1))
            }
        }
    }

    /// Starts one process; the orders that are given through what is returned wait for it if it is not up yet.
    private func launch(
        _ name: String, _ report: AsyncStream<ClusterEvent>.Continuation, in group: inout DiscardingTaskGroup
    ) -> AsyncStream<StopOrder>.Continuation? {
        guard let child = plan.children.first(where: { $0.name == name }) else { return nil }
        let (orders, give) = AsyncStream<StopOrder>.makeStream(bufferingPolicy: .bufferingNewest(2))
        group.addTask {
            let end = await ChildProcess(plan: child, console: console).run(orders: orders) {
                if await Self.becomesReady(child) { report.yield(.ready(name)) }
            }
            report.yield(.ended(name, end))
        }
        return give
    }

    /// False when the task is cancelled, which is when the process has ended.
    private static func becomesReady(_ child: ChildPlan) async -> Bool {
        let admin = Address(host: "127.0.0.1", port: child.adminPort)
        while !Task.isCancelled {
            // Whatever goes wrong means the same: not ready yet.
            let answer = try? await AdminProbe.get("/readyz", admin, timeout: .milliseconds(300))
            if answer?.isOK == true { return true }
            try? await Task.sleep(for: probePause)
        }
        return false
    }

    private static func report(
        _ event: ClusterEvent, to stream: AsyncStream<ClusterEvent>.Continuation, after delay: Duration
    ) async {
        guard (try? await Task.sleep(for: delay)) != nil else { return }
        stream.yield(event)
    }

    private static func run(_ work: @escaping @Sendable () async -> Void, until end: AsyncStream<Never>) async {
        await withTaskGroup { group in
            group.addTask { await work() }
            group.addTask { for await _ in end {} }
            await group.next()
            group.cancelAll()
        }
    }
}
