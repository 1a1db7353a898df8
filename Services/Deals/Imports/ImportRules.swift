import Contracts
import RPC

/// What may be done with an import, by where it stands.
enum ImportRules {
    /// Of one person, those that are kept.
    static let importsMax = 20
    static let rowsMax = 100_000
    static let bytesMax = DocumentContent.bytesMax
    /// What is not uploaded by then is forgotten.
    static let uploadHoursMax = 24
    /// Then all is forgotten but the deals, and nothing can be reverted any more.
    static let daysMax = 30

    enum Step: Sendable {
        case map, validate, commit, revert, remove

        fileprivate var from: Set<ImportState> {
            switch self {
            case .map: [.read, .mapped, .validated]
            case .validate: [.mapped, .validated, .halted]
            case .commit: [.validated, .halted]
            case .revert: [.committed, .halted]
            case .remove:
                [.uploading, .unreadable, .read, .mapped, .validated, .committed, .reverted, .halted]
            }
        }
    }

    /// - Throws: `import_state` when the import stands where this cannot be done.
    static func require(_ step: Step, of job: ImportJob) throws(RPCFault) {
        if job.state == .halted { try requireGoingOn(with: step, of: job) }
        guard !step.from.contains(job.state) else { return }
        let wanted = step.from.map(\.rawValue).sorted().joined(separator: ", ")
        throw RPCFault(
            .failedPrecondition, "import_state", "The import is \(job.state.rawValue); it must be one of \(wanted).")
    }

    /// What was halted goes on with the step that it was halted in: one that has made deals is not tried again, and one
    /// whose rows are not all tried is not committed.
    private static func requireGoingOn(with step: Step, of job: ImportJob) throws(RPCFault) {
        let words: String
        switch step {
        case .validate where job.counts.done > 0:
            words = "The import was halted while it was committed; commit or revert it."
        case .commit where job.rows == 0 || job.counts.valid + job.counts.invalid < job.rows:
            words = "The import was halted before all of its rows were validated; validate it."
        case .commit where job.counts.reverted + job.counts.kept > 0:
            words = "The import was halted while it was reverted; revert it."
        default: return
        }
        throw RPCFault(.failedPrecondition, "import_state", words)
    }

    /// Rows with errors are left out only when that is what was asked for.
    static func requireRows(of job: ImportJob, skipsInvalid: Bool) throws(RPCFault) {
        guard job.counts.invalid == 0 || skipsInvalid else {
            throw RPCFault(
                .failedPrecondition, "rows_invalid",
                "\(job.counts.invalid) rows have errors; correct them, or send skipInvalid to leave them out.")
        }
        guard job.counts.valid > 0 else {
            throw RPCFault(.failedPrecondition, "rows_invalid", "No row is without errors.")
        }
    }
}

extension ImportCounts {
    /// Rows that a commit is done with.
    var done: Int { created + updated + unchanged + refused }
}

extension ImportState {
    /// Somebody works on it, or will without being asked again.
    var isWork: Bool {
        switch self {
        case .reading, .validating, .committing, .reverting, .removing: true
        default: false
        }
    }
}

/// A checked announcement of a file.
struct ImportForm: Sendable {
    let fileName: String
    let size: Int64
    let sha256: String
    let separator: ImportSeparator

    /// - Throws: `validation_failed` with every field that does not fit.
    init(_ input: NewImport) throws(RPCFault) {
        var faults: [FieldFault] = []
        let fileName = DocumentText.fileName(input.fileName, &faults)
        let sha256 = DocumentText.sha256(input.sha256, &faults)
        if !(1...ImportRules.bytesMax).contains(input.size) {
            faults.append(FieldFault("size", "out_of_range", "must be 1 to \(ImportRules.bytesMax) bytes"))
        }
        guard let fileName, let sha256, faults.isEmpty else { throw .invalid(faults) }
        self.fileName = fileName
        self.sha256 = sha256
        size = input.size
        separator = input.separator ?? .comma
    }
}
