package import ArgumentParser
import Foundation
import Telemetry

/// `deals check`: asks the process with the same environment whether it is ready. For container health checks and
/// Kubernetes probes, whose images hold no shell and no curl.
package struct CheckCommand<Process: ServiceProcess>: AsyncParsableCommand {
    package static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "check", abstract: "Exit 0 when the running process is ready, 1 when it is not.",
            discussion: """
                Reads IBP_ADMIN_LISTEN as the process itself does.
                  \(Process.name) check          ready for work?
                  \(Process.name) check --live   alive at all?
                """)
    }

    @Flag(help: "Ask /livez instead of /readyz.")
    var live = false

    package init() {}

    package func run() async throws {
        var reader = SettingsReader()
        do {
            let common = try CommonSettings(&reader, adminPort: Process.adminPort)
            let answer = try await AdminProbe.get(live ? "/livez" : "/readyz", common.adminListen.reachable)
            guard answer.isOK else { throw SettingsError(answer.body) }
        } catch {
            StandardError.write("\(Process.name): \(error)\n")
            throw ExitCode(1)
        }
    }
}
