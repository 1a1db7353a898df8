import ArgumentParser
import Foundation
import TransparencyLog

/// Verifies the log, or one entry, against a key that the caller was given.
struct VerifyCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verifies an export, a running cluster's log, or one entry's proof.",
        discussion: """
            Rebuilds the tree from all entries and compares its root with each checkpoint that the log has signed, which \
            also proves that each continues the one before. --url downloads into a temporary directory (TMPDIR) first. \
            --checkpoint adds one that you have from elsewhere, such as what a witness has cosigned: a log that shows two \
            histories is found out by it. The key must come from somebody you trust; a cluster shows its own at \
            URL\(LogClient.prefix)vkey, to be compared, not to be believed.

            Entries may be missing where the log has pruned them and one that is left says so; --pruned-before says it where \
            none does, because the log pruned while it was exported, say.

            Exit codes: 0 good, 1 tampered (the first bad entry is named) or something is missing that nothing explains, 2 it \
            cannot be read, 64 wrong usage.

            Examples:
              ibpipeline audit verify --export ./log --key VKEY
              ibpipeline audit verify --url https://deals.firm.example --token-file ./token --key VKEY
              ibpipeline audit verify --export ./log --key VKEY --checkpoint ./from-the-witness --json
              ibpipeline audit verify --proof 4711.tlog-proof --entry 4711.json --key VKEY
            """)

    @Option(
        name: .customLong("export"), help: ArgumentHelp("The directory of an export.", valueName: "dir"),
        completion: .directory)
    var directory: String?

    @Option(help: "The address of a cluster; https unless it is on this machine.")
    var url: String?

    @OptionGroup var token: LogTokenOptions

    @Option(help: ArgumentHelp("A proof of one entry, as tlog-proof.", valueName: "file"), completion: .file())
    var proof: String?

    @Option(help: ArgumentHelp("The bytes of that entry.", valueName: "file"), completion: .file())
    var entry: String?

    @OptionGroup var trust: TrustOptions

    @Option(
        help: ArgumentHelp("A checkpoint from elsewhere that must fit; repeatable.", valueName: "file"),
        completion: .file())
    var checkpoint: [String] = []

    @Option(
        help: ArgumentHelp(
            "You know from elsewhere that the log has pruned its entries before this one.", valueName: "n"))
    var prunedBefore: Int64 = 0

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard [directory, url, proof].compactMap(\.self).count == 1 else {
            throw ValidationError("Give one of --export, --url and --proof.")
        }
        guard (proof == nil) == (entry == nil) else { throw ValidationError("--proof and --entry go together.") }
        guard prunedBefore >= 0 else { throw ValidationError("--pruned-before is the number of an entry.") }
        guard !trust.key.isEmpty else {
            let hint =
                url.map { " \($0)\(LogClient.prefix)vkey shows the cluster's own, to be compared with it." } ?? ""
            throw ValidationError("--key is missing: the log's public key, from somebody you trust.\(hint)")
        }
    }

    func run() async throws {
        try await untilInterrupted({ try await run(on: Console()) }) {
            throw CommandFailure.unreadable("Interrupted; nothing is known of the log.")
        }
    }

    func run(on console: Console) async throws {
        try await run(on: console, scratch: FileManager.default.temporaryDirectory.path)
    }

    /// - Parameter scratch: where what is downloaded lies for as long as it takes.
    func run(on console: Console, scratch: String) async throws {
        guard let log = trust.log else { return }
        let isGood: Bool
        do {
            isGood = try await explained { try await verdict(on: log, console, scratch) }
        } catch let failure as CommandFailure where failure.code != CommandFailure.other {
            throw failure
        } catch  where error.isCancellation {
            throw error
        } catch {
            // Exit code 1 is an accusation: a full disk is none.
            throw CommandFailure.unreadable((error as? CommandFailure)?.line ?? "\(error)")
        }
        guard isGood else { throw ExitCode(CommandFailure.other) }
    }

    private func verdict(on log: TrustedLog, _ console: Console, _ scratch: String) async throws -> Bool {
        if let proof, let entry {
            let report = try verify(proof: proof, of: entry, log)
            try console.say(report, json: json)
            return report.isGood
        }
        let report = try await verify(log, LogProgress(console: console), scratch)
        try console.say(report, json: json)
        return report.isGood
    }

    private func verify(proof file: String, of entry: String, _ log: TrustedLog) throws -> ProofReport {
        let proof: TlogProof
        do {
            proof = try TlogProof(Self.read(file, bytesMax: TlogProof.bytesMax))
        } catch let error as TlogProofError {
            throw CommandFailure.unreadable("\(file): \(error)")
        }
        return ProofReport(proof, .leaf(try Self.read(entry, bytesMax: EntryBundle.entryBytesMax)), of: log)
    }

    private func verify(_ log: TrustedLog, _ progress: LogProgress, _ scratch: String) async throws -> VerifyReport {
        if let directory { return try verify(ExportDirectory(path: directory), log, progress) }
        guard let url else { throw CommandFailure.unreadable("There is nothing to verify.") }
        try LogURL.check(url)
        let export = ExportDirectory(path: "\(scratch)/ibpipeline-log-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(atPath: export.path) }  // the verdict matters more
        do {
            _ = try await ExportCommand.export(url, token, to: export, log: log, progress)
        } catch let error as CheckpointError {
            // Nothing was fetched: how much there is only a signature tells.
            return VerifyReport(refused: error, of: log)
        }
        return try verify(export, log, progress)
    }

    private func verify(
        _ directory: ExportDirectory, _ log: TrustedLog, _ progress: LogProgress
    ) throws -> VerifyReport {
        let notes = try checkpoint.map { try Self.read($0, bytesMax: SignedNote.bytesMax) }
        let reader = try ExportReader(directory, notes, of: log, progress)
        let report = try ExportVerifier.verify(reader.parts, of: log)
        return VerifyReport(
            report, of: log, files: reader.problems, pruned: reader.pruned, prunedBefore: prunedBefore,
            erasures: reader.erasures)
    }

    private static func read(_ file: String, bytesMax: Int) throws -> Data {
        guard let bytes = try ForeignFile(path: file).read(bytesMax: bytesMax) else {
            throw CommandFailure.unreadable("There is no \(file).")
        }
        return bytes
    }
}
