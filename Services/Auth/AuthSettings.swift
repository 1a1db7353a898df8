import Foundation
import ServiceKit

/// What an operator may set; every key is `IBP_…` in the environment.
struct AuthSettings: Sendable {
    var dataDirectory: String
    var bootstrap: Bootstrap?
    /// Seals the secrets in the file.
    var box: SecretBox
    /// Nil for a firm that does not say its name.
    var firmName: String?
    var issuer = "https://ibpipeline.local"
    var audience = "ibpipeline"
    /// Of an access token; verifiers refuse more than ten minutes.
    var tokenLifetimeSeconds: Int64 = 600
    /// How long a key signs access tokens.
    var keyRotationSeconds: Int64 = 90 * 86_400
    var sessions = SessionLimits()
    var secondFactor = SecondFactorPolicy()
    /// Nil when there are no passkeys.
    var passkeys: RelyingParty?
    /// nil for none.
    var backups: BackupSettings?
    /// The company's provider; nil for none.
    var openID: OpenIDSettings?

    init(dataDirectory: String, bootstrap: Bootstrap? = nil, box: SecretBox) {
        self.dataDirectory = dataDirectory
        self.bootstrap = bootstrap
        self.box = box
    }

    init(_ reader: inout SettingsReader) throws {
        dataDirectory = try reader.string(
            "data.dir", "directory of auth.sqlite; made if missing, one process at a time")
        guard let key = try FileKey("secrets.key", "key that seals the secrets in auth.sqlite", &reader) else {
            throw SettingsError(
                "IBP_SECRETS_KEY (or IBP_SECRETS_KEY_FILE) is not set: the key that seals the secrets in auth.sqlite, "
                    + "64 hexadecimal digits; make one with `openssl rand -hex 32`, and keep it apart from the backups")
        }
        box = SecretBox(
            key,
            previous: try FileKey(
                "secrets.key.previous", "key that sealed them before; what it sealed is sealed anew at start", &reader))
        firmName = try reader.optionalString("firm.name", "the firm's name, which no password may contain")
        let email = try reader.optionalString(
            "bootstrap.email", "e-mail of the administrator to make while there is no user")
        let password = try reader.secret("bootstrap.password", "password of that administrator, at least 15 characters")
        bootstrap = try Bootstrap(email: email, password: password, firm: firmName)
        issuer = try reader.string(
            "token.issuer", default: issuer, "iss of access tokens; the gateway must expect the same")
        audience = try reader.string(
            "token.audience", default: audience, "aud of access tokens; the gateway must expect the same")
        tokenLifetimeSeconds = try reader.duration(
            "token.lifetime", default: .seconds(600), in: .seconds(1) ... .seconds(600),
            "how long an access token is good"
        ).components.seconds
        keyRotationSeconds = try reader.duration(
            "key.rotation", default: .seconds(90 * 86_400), in: .seconds(60) ... .seconds(366 * 86_400),
            "how long a key signs access tokens before the next one does"
        ).components.seconds
        sessions.idleSeconds = try reader.duration(
            "session.idle", default: .seconds(1800), in: .seconds(60) ... .seconds(86_400),
            "a session that is not refreshed for so long ends"
        ).components.seconds
        sessions.absoluteSeconds = try reader.duration(
            "session.absolute", default: .seconds(43_200), in: .seconds(60) ... .seconds(604_800),
            "a session ends so long after its sign-in, however busy"
        ).components.seconds
        secondFactor = try SecondFactorPolicy(&reader)
        passkeys = try RelyingParty.read(&reader)
        backups = try BackupSettings.read(&reader)
        openID = try OpenIDSettings.read(&reader)
    }
}

extension FileKey {
    /// Nil when it is not set.
    fileprivate init?(_ name: String, _ help: String, _ reader: inout SettingsReader) throws {
        guard let text = try reader.secret(name, help) else { return nil }
        guard let key = FileKey(text: text) else {
            throw SettingsError(
                "\(SettingsReader.variable(name)) must be 64 hexadecimal digits, as `openssl rand -hex 32` prints them")
        }
        self = key
    }
}

/// Why the service does not start: one line that an operator can act on.
struct StartFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension StartFailure: CustomNSError {
    /// EX_CONFIG of sysexits(3): it will not start the next time, either.
    var errorCode: Int { 78 }
}
