import Foundation
import RPC
import Storage

/// The directory of one local cluster: a folder per service, the secret of its RPC, and the demo's password.
struct DataDirectory: Sendable {
    /// Absolute, because the children get it too.
    let path: String

    init(_ path: String) { self.path = URL(fileURLWithPath: path, isDirectory: true).standardizedFileURL.path }

    /// Keeps a second cluster away. Throws `CommandFailure`, with the code of its own when the directory is in use.
    func lock() throws -> DirectoryLock {
        do {
            return try DirectoryLock(directory: path)
        } catch {
            throw CommandFailure(of: error)
        }
    }

    func folder(of service: String) -> String { "\(path)/\(service)" }

    /// What `up` tells the other commands while the cluster runs.
    var clusterFile: PrivateFile { PrivateFile(path: "\(path)/cluster.json") }

    var secretFile: String { "\(path)/rpc.secret" }

    /// The key that seals the secrets in auth's file.
    var secretsKeyFile: String { "\(path)/secrets.key" }

    /// The key by which audit signs its log. Audit makes it, for it alone knows whether one was there before.
    var signingKeyFile: String { "\(path)/audit-signing.key" }

    /// The authority and the certificates of services that encrypt what they say to each other.
    var tlsPath: String { "\(path)/tls" }

    func tlsFiles(of service: String) -> TLSIdentity.Files {
        TLSIdentity.Files(
            certificate: "\(tlsPath)/\(service)/tls.pem", key: "\(tlsPath)/\(service)/tls.key",
            authority: "\(tlsPath)/authority.pem")
    }

    /// Makes what is missing and renews what ends soon.
    func prepareCertificates() throws {
        let lock = try DataDirectory(tlsPath).lock()
        defer { lock.release() }
        _ = try CertificateRun(
            directory: CertificateDirectory(tlsPath), services: MakeCertsCommand.services, hosts: [],
            days: Self.certificateDays, authorityDays: Self.authorityDays, isForced: false, now: Date()
        ).run()
    }

    private static let certificateDays = 397
    private static let authorityDays = 3650

    /// What all services of this cluster share (an operator may put something of his own there, of 32 bytes or more), and
    /// the key of auth's secrets: 32 random bytes each, in hex.
    func prepareSecrets() throws {
        _ = try PrivateFile(path: secretFile).readOrCreate(bytesMin: 32, Self.randomKey)
        _ = try PrivateFile(path: secretsKeyFile).readOrCreate(bytesMin: 64, Self.randomKey)
    }

    private static func randomKey() -> String {
        var random = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef")
        return String((0..<64).compactMap { _ in digits.randomElement(using: &random) })
    }

    /// Whether nobody can sign in here yet.
    var isFresh: Bool {
        setupToken != nil || !FileManager.default.fileExists(atPath: folder(of: "auth") + "/auth.sqlite")
    }

    var passphraseFile: PrivateFile { PrivateFile(path: "\(path)/demo-password") }

    /// The one-time token that auth leaves here while there is no user.
    var setupToken: String? { PrivateFile(path: folder(of: "auth") + "/setup-token").content }
}
