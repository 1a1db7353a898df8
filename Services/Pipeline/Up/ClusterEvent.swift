/// What the shell tells the decision.
enum ClusterEvent: Equatable, Sendable {
    case ready(String)
    case ended(String, ChildEnd)
    case backoffOver(String)
    case startTimeOver
    case drainTimeOver(step: Int)
    case signal
}

/// What the decision tells the shell.
enum ClusterAction: Equatable, Sendable {
    case launch(String)
    /// Answer `backoffOver` after this long.
    case wait(String, Duration)
    case terminate([String])
    case kill([String])
    /// Answer `drainTimeOver` after `ClusterState.drainTimeMax`.
    case startDrainTime(step: Int)
    case announceReady
    /// One line for the operator.
    case report(String)
    /// The last one, always: nobody runs any more.
    case finish(Int32)
}

/// How a process ended.
enum ChildEnd: Equatable, Sendable {
    case exited(Int32)
    case signaled(Int32)
    case notLaunched(String)

    var text: String {
        switch self {
        case .exited(let code): "exit code \(code)"
        case .signaled(let number): "signal \(number)"
        case .notLaunched(let reason): "not started: \(reason)"
        }
    }

    /// The cluster's exit code when a child says by its own that starting it again is useless.
    var refusalCode: Int32? {
        switch self {
        case .exited(CommandFailure.inUse): CommandFailure.inUse
        // The codes of sysexits(3): a wrong setting, a file that is no database or was written by a newer version.
        case .exited(64...78): CommandFailure.other
        default: nil
        }
    }
}
