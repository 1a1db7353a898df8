import Foundation
import Subprocess
import SystemPackage

/// What the supervisor may tell a running child.
enum StopOrder: Sendable { case terminate, kill }

/// One run of one service's executable.
///
/// The child leads a process group of its own: Ctrl-C on a terminal reaches every process of the foreground group at
/// once, which would break the order of the drain. It is told our process id, without which it stops by itself:
/// PR_SET_PDEATHSIG would need a hook between fork and exec, which the library does not have, and follows the thread
/// that forked instead of the process.
struct ChildProcess: Sendable {
    let plan: ChildPlan
    let console: Console

    /// - Parameter besides: runs while the process does, and is cancelled when it ends.
    func run(orders: AsyncStream<StopOrder>, besides: @escaping @Sendable () async -> Void) async -> ChildEnd {
        var environment: [Environment.Key: String] = ["IBP_SUPERVISOR_PID": "\(getpid())"]
        for (name, value) in plan.environment { environment[Environment.Key(stringLiteral: name)] = value }
        var options = PlatformOptions()
        options.processGroupID = 0
        do {
            let result = try await Subprocess.run(
                .path(FilePath(plan.executable)), environment: .custom(environment), platformOptions: options,
                input: .none, output: .sequence, error: .combinedWithOutput
            ) { execution in
                await withDiscardingTaskGroup { group in
                    group.addTask {
                        for await order in orders {
                            // Fails only when the process has ended in between, which is what was wanted.
                            try? execution.send(signal: order == .kill ? .kill : .terminate)
                        }
                    }
                    group.addTask { await besides() }
                    await relay(execution.standardOutput)
                    group.cancelAll()
                }
            }
            return switch result.terminationStatus {
            case .exited(let code): .exited(code)
            case .signaled(let number): .signaled(number)
            }
        } catch {
            return .notLaunched("\(error)")
        }
    }

    /// Ends when the child closes its output, which it does by ending.
    private func relay(_ output: SubprocessOutputSequence) async {
        var lines = LineSplitter()
        do {
            for try await buffer in output {
                for line in buffer.withUnsafeBytes({ lines.add($0) }) { console.relay(line, of: plan.name) }
            }
        } catch {
            console.note("ibpipeline | cannot read the output of \(plan.name): \(error)")
        }
        if let line = lines.finish() { console.relay(line, of: plan.name) }
    }
}
