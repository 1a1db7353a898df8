import ArgumentParser
import Foundation
import Storage

/// Restores for practice: proves that the backups are good for something, and how long it would take.
struct DrillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drill",
        abstract: "Restores into a temporary directory, checks everything, and removes it.",
        discussion: """
            Every backup that is used is compared with its manifest (hashes, rows), every database is checked whole, \
            and the services are checked to fit together. Exit code 0 when all is well, 1 when it is not. TMPDIR says \
            where; it needs as much room as the data.

            Examples:
              ibpipeline drill --from /backups
              ibpipeline drill --from /backups --at 2026-11-20T16:59:00Z --json
            """)

    @Option(help: ArgumentHelp("The directory of the cluster's backups.", valueName: "dir"))
    var from: String

    @Option(help: ArgumentHelp("The moment to go back to, such as 2026-11-20T16:59:00Z.", valueName: "time"))
    var at: BackupMoment?

    @Flag(help: "Print one JSON object instead of a table.")
    var json = false

    func run() async throws {
        try await untilInterrupted(practise) { throw CommandFailure(line: "Interrupted; nothing is left behind.") }
    }

    @Sendable private func practise() async throws {
        let console = Console()
        let result = try await explained { try drill(LongWork(console: console)) }
        try console.say(result, json: json)
        guard result.isGood else { throw ExitCode(CommandFailure.other) }
    }

    private func drill(_ work: LongWork) throws -> DrillResult {
        let parts: [(service: String, restoration: Restoration)]
        do {
            parts = try BackupSet(from).restorations(at: at)
        } catch let error as BackupError where json {
            // A machine reads standard output.
            return DrillResult(services: [], problems: ["\(error)"])
        }
        let scratch = DataDirectory(
            FileManager.default.temporaryDirectory.path + "/ibpipeline-drill-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(atPath: scratch.path) }  // the verdict matters more
        var reports: [ServiceReport] = []
        var problems: [String] = []
        // One service's bad backup is no reason not to look at the others'.
        for part in parts {
            do {
                reports.append(try practise(part.service, part.restoration, in: scratch, work))
            } catch let error as BackupError {
                problems.append("\(part.service): \(error)")
            }
        }
        return DrillResult(services: reports, problems: problems.isEmpty ? CursorCheck(reports).problems : problems)
    }

    private func practise(
        _ service: String, _ restoration: Restoration, in scratch: DataDirectory, _ work: LongWork
    ) throws -> ServiceReport {
        if !restoration.isBackupAlone {
            // What the log is laid over can no longer be compared with the manifest afterwards.
            _ = try restoration.backup.verify(scratch: "\(scratch.path)/base", progress: work.report(service))
        }
        return try ClusterRestore(parts: [(service, restoration)], work: work).run(into: scratch)[0]
    }
}

/// What a drill found out.
struct DrillResult: Report {
    let isGood: Bool
    let services: [ServiceReport]
    let problems: [String]

    init(services: [ServiceReport], problems: [String]) {
        isGood = problems.isEmpty
        self.services = services
        self.problems = problems
    }

    var lines: [String] { ClusterReport(services: services).lines + problems }
}
