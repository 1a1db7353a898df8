import ArgumentParser
import Storage
import TransparencyLog

/// Downloads the log for whoever verifies it later, without a network.
struct ExportCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Downloads the signed log into a directory that verifies without a network.",
        discussion: """
            Run it again to add what the log has got since then, or after an interruption: what is there is not fetched \
            again. Each run adds a checkpoint, and the log must continue the one before: a log that was rewritten is \
            refused with exit code 1, and what it has signed is kept as evidence. Entries that the log has pruned are left \
            out; those that were exported before stay. The token is that of a person who may read the log. Exports hold what the log holds: keep them as safe.

            Examples:
              ibpipeline audit export --url https://deals.firm.example --token-file ./token --out ./log
              ibpipeline audit export --url http://127.0.0.1:8080 --out ./log --key VKEY --json
            """)

    @Option(help: "The cluster's address; https unless it is on this machine.")
    var url: String

    @OptionGroup var token: LogTokenOptions

    @Option(
        help: ArgumentHelp("The directory of the export; made if it is missing.", valueName: "dir"),
        completion: .directory)
    var out: String

    @Option(help: ArgumentHelp("The log's public key: nothing is kept that it has not signed.", valueName: "vkey"))
    var key: VerifierKey?

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        try await untilInterrupted({ try await run(on: Console()) }) {
            throw CommandFailure(line: "Interrupted; run it again to go on.")
        }
    }

    func run(on console: Console) async throws {
        try LogURL.check(url)
        let lock = try DataDirectory(out).lock()
        defer { lock.release() }
        let log = key.map { TrustedLog(origin: $0.name, keys: [$0]) }
        let (directory, progress) = (ExportDirectory(path: out), LogProgress(console: console))
        let summary: ExportSummary
        do {
            summary = try await explained { try await Self.export(url, token, to: directory, log: log, progress) }
        } catch let error as CheckpointError {
            throw CommandFailure(line: "\(url) serves a checkpoint that is refused: \(error)")
        }
        try console.say(summary, json: json)
    }

    static func export(
        _ url: String, _ token: LogTokenOptions, to directory: ExportDirectory, log: TrustedLog?,
        _ progress: LogProgress
    ) async throws -> ExportSummary {
        let given = TokenReader(token)
        return try await APIClient.withClient(for: url) { api async throws -> ExportSummary in
            let client = LogClient(api: api, token: { try given.read() })
            return try await ExportRun(client: client, directory: directory, log: log, progress: progress).run()
        }
    }
}
