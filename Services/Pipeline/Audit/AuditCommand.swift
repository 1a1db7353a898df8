import ArgumentParser

/// What an operator, an auditor or a second party does with the signed log.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Exports and verifies the signed log, and witnesses it.",
        discussion: """
            The log is a Merkle tree (RFC 6962) whose root the audit service signs; it is served and exported as C2SP \
            tlog-tiles. What is checked here is checked against a key that you were given, never one that the log shows.

            Examples:
              ibpipeline audit export --url https://deals.firm.example --token-file ./token --out ./log
              ibpipeline audit verify --export ./log --key VKEY
              ibpipeline audit verify --proof 4711.tlog-proof --entry 4711.json --key VKEY
              ibpipeline audit witness --data-dir ./witness --log VKEY
            """,
        subcommands: [VerifyCommand.self, ExportCommand.self, WitnessCommand.self])
}
