import ArgumentParser
import Foundation
import ServiceKit
import Storage

extension BackupMoment: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
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
