import Foundation

/// The directory of one local cluster: a folder per service, the secret of its RPC, and the demo's password.
struct DataDirectory: Sendable {
    /// Absolute, because the children get it too.
    let path: String

    init(_ path: String) { self.path = URL(fileURLWithPath: path, isDirectory: true).standardizedFileURL.path }

    func folder(of service: String) -> String { "\(path)/\(service)" }

    var secretFile: String { "\(path)/rpc.secret" }

    /// 32 random bytes in hex that all services of this cluster share; an operator may put longer ones of his own
    /// there.
    func prepareSecret() throws {
        var random = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef")
        _ = try PrivateFile(path: secretFile).readOrCreate(bytesMin: 32) {
            String((0..<64).compactMap { _ in digits.randomElement(using: &random) })
        }
    }

    /// Whether nobody can sign in here yet.
    var isFresh: Bool {
        setupToken != nil || !FileManager.default.fileExists(atPath: folder(of: "auth") + "/auth.sqlite")
    }

    var passphraseFile: PrivateFile { PrivateFile(path: "\(path)/demo-password") }

    /// The one-time token that auth leaves here while there is no user.
    var setupToken: String? { PrivateFile(path: folder(of: "auth") + "/setup-token").content }
}
