import Foundation
import Storage
import Testing

struct DirectoryLockTests {
    @Test func secondHolderIsRefused() async throws {
        try await withDirectory { directory in
            let lock = try DirectoryLock(directory: directory)
            #expect(throws: StorageError.directoryInUse(directory)) { try DirectoryLock(directory: directory) }
            lock.release()
            _ = try DirectoryLock(directory: directory)
        }
    }

    @Test func lockGoesWithItsHolder() async throws {
        try await withDirectory { directory in
            do { _ = try DirectoryLock(directory: directory) }
            _ = try DirectoryLock(directory: directory)
        }
    }

    @Test func missingDirectoriesAreMadeForTheOwnerOnly() async throws {
        try await withDirectory { directory in
            let missing = directory + "/data/auth"
            _ = try DirectoryLock(directory: missing)
            for path in [missing, directory + "/data"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                #expect(attributes[.posixPermissions] as? Int == 0o700)
            }
        }
    }

    @Test func fileInPlaceOfTheDirectoryIsRefusedInOneLine() async throws {
        try await withDirectory { directory in
            let file = directory + "/file"
            try Data().write(to: URL(fileURLWithPath: file))
            for path in [file, file + "/data"] {
                let error = #expect(throws: StorageError.self) { try DirectoryLock(directory: path) }
                #expect(error?.description.contains("not a directory") == true)
                #expect(error?.description.contains("\n") == false)
            }
        }
    }
}
