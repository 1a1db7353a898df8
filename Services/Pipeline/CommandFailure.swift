import Storage

/// Why a command ended early: one line that the operator can act on, and the exit code.
struct CommandFailure: Error, Equatable {
    /// EX_USAGE of sysexits.h
    static let usage: Int32 = 64
    /// EX_TEMPFAIL of sysexits.h: the data directory is in use.
    static let inUse: Int32 = 75
    /// Everything else that went wrong.
    static let other: Int32 = 1

    var line: String
    var code: Int32 = Self.other
}

extension CommandFailure {
    /// The errors of backups say what to do by themselves.
    init(of error: any Error) {
        switch error {
        case StorageError.directoryInUse, BackupError.inUse: self.init(line: "\(error)", code: Self.inUse)
        default: self.init(line: "\(error)")
        }
    }
}

/// Runs what may fail in ways that the operator should read as one line.
func explained<T>(_ body: () async throws -> T) async throws -> T {
    do {
        return try await body()
    } catch let error as BackupError {
        throw CommandFailure(of: error)
    } catch let error as StorageError {
        throw CommandFailure(of: error)
    }
}
