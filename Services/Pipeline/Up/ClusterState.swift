/// Decides what happens next in a local cluster: who is started again and when, what a signal does, and how it ends.
/// No clock, process or randomness in here; they come in as arguments, and the shell (`Cluster`) does what is returned.
struct ClusterState {
    private enum Phase: Equatable {
        case starting, running
        case draining(step: Int)
        case killing, over
    }

    private struct Child {
        var isRunning = false
        var isReady = false
        var hasBeenReady = false
        var startedAt: ContinuousClock.Instant
        var backoff = Backoff()
    }

    static let drainTimeMax = Duration.seconds(25)
    /// As the startup probes of `k8s` allow: a new version may have to fill new tables of a large file first. Who ends instead is
    /// noticed at once.
    static let startTimeMax = Duration.seconds(120)

    private let names: [String]
    private let drainOrder: [[String]]
    private var phase = Phase.starting
    private var children: [String: Child]
    private var code: Int32 = 0

    init(names: [String], drainOrder: [[String]], at now: ContinuousClock.Instant) {
        self.names = names
        self.drainOrder = drainOrder
        children = Dictionary(uniqueKeysWithValues: names.map { ($0, Child(startedAt: now)) })
    }

    mutating func begin(at now: ContinuousClock.Instant) -> [ClusterAction] { names.map { launch($0, at: now) } }

    mutating func handle(_ event: ClusterEvent, at now: ContinuousClock.Instant, jitter: Double = 0) -> [ClusterAction]
    {
        switch event {
        case .ready(let name): return becameReady(name)
        case .ended(let name, let end): return ended(name, end, at: now, jitter: jitter)
        case .backoffOver(let name): return isServing ? [launch(name, at: now)] : []
        case .startTimeOver: return startTimeOver()
        case .signal: return signal()
        case .drainTimeOver(let step):
            guard phase == .draining(step: step) else { return [] }
            let late = drainOrder[step].filter(isRunning)
            return [.report("\(late.joined(separator: ", ")) did not stop in time; killing"), .kill(late)]
        }
    }

    private var isServing: Bool { phase == .starting || phase == .running }

    private func isRunning(_ name: String) -> Bool { children[name]?.isRunning == true }

    private mutating func launch(_ name: String, at now: ContinuousClock.Instant) -> ClusterAction {
        children[name]?.isRunning = true
        children[name]?.startedAt = now
        return .launch(name)
    }

    private mutating func becameReady(_ name: String) -> [ClusterAction] {
        guard isServing, isRunning(name) else { return [] }
        children[name]?.isReady = true
        children[name]?.hasBeenReady = true
        guard phase == .starting else { return [.report("\(name) is ready again")] }
        guard children.values.allSatisfy(\.isReady) else { return [] }
        phase = .running
        return [.announceReady]
    }

    private mutating func ended(
        _ name: String, _ end: ChildEnd, at now: ContinuousClock.Instant, jitter: Double
    ) -> [ClusterAction] {
        guard var child = children[name], child.isRunning else { return [] }
        child.isRunning = false
        child.isReady = false
        let delay = child.backoff.delay(alive: child.startedAt.duration(to: now), jitter: jitter)
        children[name] = child
        switch phase {
        case .starting, .running:
            if !child.hasBeenReady, let code = end.refusalCode {
                return [.report("\(name) refused to start (\(end.text)); stopping")] + drain(code)
            }
            return [
                .report("\(name) ended (\(end.text)); starting it again in \(delay.secondsText) s"), .wait(name, delay),
            ]
        case .draining(let step):
            let report = end == .exited(0) ? [] : [ClusterAction.report("\(name) ended (\(end.text))")]
            return report + (drainOrder[step].contains(where: isRunning) ? [] : proceed(from: step))
        case .killing:
            return names.contains(where: isRunning) ? [] : finish()
        case .over:
            return []
        }
    }

    private mutating func startTimeOver() -> [ClusterAction] {
        guard phase == .starting else { return [] }
        let late = names.filter { children[$0]?.isReady != true }.joined(separator: ", ")
        return [.report("not ready after \(Self.startTimeMax.secondsText) s: \(late); stopping")] + drain(1)
    }

    private mutating func signal() -> [ClusterAction] {
        switch phase {
        case .starting, .running:
            return [.report("stopping; a second signal kills")] + drain(0)
        case .draining:
            phase = .killing
            code = 1
            let rest = names.filter(isRunning)
            return rest.isEmpty ? finish() : [.kill(rest)]
        case .killing, .over:
            return []
        }
    }

    private mutating func drain(_ code: Int32) -> [ClusterAction] {
        self.code = code
        return proceed(from: 0)
    }

    /// Goes to the first group, from this one on, of which somebody still runs.
    private mutating func proceed(from step: Int) -> [ClusterAction] {
        guard let next = drainOrder.indices.first(where: { $0 >= step && drainOrder[$0].contains(where: isRunning) })
        else {
            return finish()
        }
        phase = .draining(step: next)
        return [.terminate(drainOrder[next].filter(isRunning)), .startDrainTime(step: next)]
    }

    private mutating func finish() -> [ClusterAction] {
        phase = .over
        return [.finish(code)]
    }
}
