import Foundation
import Storage
import Testing

@testable import ibpipeline

struct DataDirectoryTests {
    @Test func theSecretIsMadeOnceForItsOwnerOnly() throws {
        try withDirectory { directory in
            try directory.prepareSecrets()
            let secret = try #require(PrivateFile(path: directory.secretFile).content)
            #expect(secret.utf8.count == 64)
            #expect(secret.allSatisfy { $0.isHexDigit })
            let mode = try FileManager.default.attributesOfItem(atPath: directory.secretFile)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            try directory.prepareSecrets()
            #expect(PrivateFile(path: directory.secretFile).content == secret)
        }
    }

    @Test func theKeyOfAuthsSecretsIsAnotherOneAndMadeOnceToo() throws {
        try withDirectory { directory in
            try directory.prepareSecrets()
            let key = try #require(PrivateFile(path: directory.secretsKeyFile).content)
            #expect(key.utf8.count == 64)
            #expect(key.allSatisfy { $0.isHexDigit })
            #expect(key != PrivateFile(path: directory.secretFile).content)
            let mode = try FileManager.default.attributesOfItem(atPath: directory.secretsKeyFile)[.posixPermissions]
            #expect(mode as? Int == 0o600)
            try directory.prepareSecrets()
            #expect(PrivateFile(path: directory.secretsKeyFile).content == key)
        }
    }

    @Test func aSecretThatIsTooShortIsRefusedAndKept() throws {
        try withDirectory { directory in
            try "short\n".write(toFile: directory.secretFile, atomically: true, encoding: .utf8)
            let failure = try #require(throws: CommandFailure.self) { try directory.prepareSecrets() }
            #expect(failure.code == 1)
            #expect(failure.line.contains("rpc.secret"))
            #expect(PrivateFile(path: directory.secretFile).content == "short")
        }
    }

    @Test func aSecondClusterOnTheSameDirectoryIsRefusedWith75() throws {
        try withDirectory { directory in
            let lock = try directory.lock()
            let failure = try #require(throws: CommandFailure.self) { try directory.lock() }
            #expect(failure.code == 75)
            lock.release()
            _ = try directory.lock()
        }
    }

    @Test func demoWantsAFreshDirectoryOrOneThatItMadeItself() throws {
        try withDirectory { directory in
            var caller = try CallerEnvironment([:])
            _ = try UpDemo(directory: directory, caller: &caller)
            let passphrase = try #require(directory.passphraseFile.content)
            #expect(caller.variables["IBP_BOOTSTRAP_PASSWORD"] == passphrase)
            #expect(caller.variables["IBP_BOOTSTRAP_EMAIL"] == DemoData.administratorEmail)

            let auth = directory.folder(of: "auth")
            try FileManager.default.createDirectory(atPath: auth, withIntermediateDirectories: true)
            try Data().write(to: URL(fileURLWithPath: auth + "/auth.sqlite"))
            var later = try CallerEnvironment([:])
            _ = try UpDemo(directory: directory, caller: &later)
            #expect(later.variables == ["IBP_SECOND_FACTOR_ROLES": "none"])

            try FileManager.default.removeItem(atPath: directory.passphraseFile.path)
            #expect(throws: CommandFailure.self) { try UpDemo(directory: directory, caller: &later) }
        }
    }

    @Test func theCallersOwnAdministratorGoesBeforeOurs() throws {
        try withDirectory { directory in
            let own = [
                "IBP_BOOTSTRAP_EMAIL": "me@firm.example", "IBP_BOOTSTRAP_PASSWORD": "a long one of mine",
                "IBP_SECOND_FACTOR_ROLES": "admin",
            ]
            var caller = try CallerEnvironment(own)
            _ = try UpDemo(directory: directory, caller: &caller)
            #expect(caller.variables == own)
        }
    }

    private func withDirectory(_ body: (DataDirectory) throws -> Void) throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try body(DataDirectory(folder.path))
    }
}
