import ArgumentParser
import Storage

/// Puts a cluster's data back as it was.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Restores the data of a cluster from its backups.",
        discussion: """
            Writes only where nothing is: DATA_DIR/SERVICE must be missing or empty for every service. With --at, each \
            service is put back to that moment exactly where its log was archived, and otherwise to its newest backup \
            before it; without, to the newest state there is. Afterwards it checks that the services fit together: \
            exit code 1 when one has read events that another does not have, and everything stays where it is.

            Examples:
              ibpipeline restore --from /backups --to ./data
              ibpipeline restore --from /backups --to ./data --at 2026-11-20T16:59:00Z
            """)

    @Option(help: ArgumentHelp("The directory of the cluster's backups.", valueName: "dir"))
    var from: String

    @Option(help: ArgumentHelp("Where the cluster will keep its data; made if it is missing.", valueName: "dir"))
    var to: String

    @Option(help: ArgumentHelp("The moment to go back to, such as 2026-11-20T16:59:00Z.", valueName: "time"))
    var at: BackupMoment?

    @Flag(help: "Print one JSON object instead of a table.")
    var json = false

    func run() async throws {
        try await untilInterrupted(restore) {
            throw CommandFailure(line: "Interrupted; empty \(to) before the next try.")
        }
    }

    @Sendable private func restore() async throws {
        let console = Console()
        let data = DataDirectory(to)
        let reports = try await explained {
            let parts = try BackupSet(from).restorations(at: at)
            for part in parts { try part.restoration.checkEmpty(data.folder(of: part.service)) }
            let lock = try data.lock()
            defer { lock.release() }
            return try ClusterRestore(parts: parts, work: LongWork(console: console)).run(into: data)
        }
        try console.say(ClusterReport(services: reports), json: json)
        let problems = CursorCheck(reports).problems
        guard problems.isEmpty else {
            for problem in problems { console.note(problem) }
            throw CommandFailure(
                line: "The restored services do not fit together; restore all of them to an earlier moment with --at.")
        }
        console.note(
            """
            Not in backups: the key that seals the secrets in auth's and health's databases. Put the one that was in use then in \
            \(data.secretsKeyFile) before the start (or name it by IBP_SECRETS_KEY_FILE): without it they do not start. \
            The key that signs the audit log: put it in \(data.signingKeyFile) (or name it by IBP_AUDIT_SIGNING_KEY_FILE): \
            without it audit is not ready and signs nothing. \
            Nor the secret that the services share: put the old one in \(data.secretFile), or let `ibpipeline up` make a \
            new one. Nor keys and certificates that the settings name.
            """)
    }
}
