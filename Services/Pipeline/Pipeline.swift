import ArgumentParser
import Foundation
import ServiceKit

/// The operator's tool: starts a local cluster, fills it with sample data, asks how it is, and looks after its
/// backups.
@main
struct Pipeline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ibpipeline",
        abstract: "Runs and inspects an IBPipeline cluster.",
        discussion: """
            Examples:
              ibpipeline up --data-dir ./data
              ibpipeline up --data-dir ./trial --listen 127.0.0.1:9090 --demo
              ibpipeline check --url http://127.0.0.1:8080
              ibpipeline rpc ping deals
              ibpipeline certs --to ./certs
              ibpipeline auth rotate-keys
              ibpipeline events tail deals
              ibpipeline drill --from /backups
              ibpipeline audit verify --export ./log --key VKEY

            Exit codes: 0 clean, 64 wrong usage, 75 the data directory is in use, 1 anything else; those of `audit \
            verify` are in its help.
            """,
        version: ProcessKit.version,
        subcommands: [
            UpCommand.self, DemoCommand.self, CheckCommand.self, BackupCommand.self, RestoreCommand.self,
            DrillCommand.self, CertsCommand.self, AuthCommand.self, RPCCommand.self,
            AuditCommand.self, EventsCommand.self,
        ])

    /// Ends with the code of a `CommandFailure`; everything else is ArgumentParser's: help, version, usage errors.
    static func main() async {
        do {
            var command = try await asyncParseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            Console().note("ibpipeline: \(failure.line)")
            exit(withError: ExitCode(failure.code))
        } catch {
            exit(withError: error)
        }
    }
}
