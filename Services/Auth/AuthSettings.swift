import ServiceKit
import Storage

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
    /// Nil when there are none.
    var backups: BackupSettings?
    var events = OutboxRetention.standard
    /// The company's provider; nil when there is none.
    var openID: OpenIDSettings?

    init(dataDirectory: String, bootstrap: Bootstrap? = nil, box: SecretBox) {
        self.dataDirectory = dataDirectory
        self.bootstrap = bootstrap
        self.box = box
    }

    init(_ reader: inout SettingsReader) throws {
        dataDirectory = try reader.string(
            "data.dir", "directory of auth.sqlite; made if missing, one process at a time")
        box = try SecretBox(&reader, file: "auth.sqlite")
        firmName = try reader.optionalString("firm.name", "the firm's name, which no password may contain")
        bootstrap = try Bootstrap.read(&reader, firm: firmName)
        issuer = try reader.string(
            "token.issuer", default: issuer, "iss of access tokens; the gateway must expect the same")
        audience = try reader.string(
            "token.audience", default: audience, "aud of access tokens; the gateway must expect the same")
        tokenLifetimeSeconds = try reader.seconds(
            "token.lifetime", default: tokenLifetimeSeconds, in: 1...600, "how long an access token is good")
        keyRotationSeconds = try reader.seconds(
            "key.rotation", default: keyRotationSeconds, in: 60...366 * 86_400,
            "how long a key signs access tokens before the next one does")
        sessions = try SessionLimits(&reader)
        secondFactor = try SecondFactorPolicy(&reader)
        passkeys = try RelyingParty.read(&reader)
        backups = try BackupSettings.read(&reader)
        events = try OutboxRetention.read(&reader)
        openID = try OpenIDSettings.read(&reader)
    }
}

extension SettingsReader {
    /// A duration, in whole seconds.
    mutating func seconds(
        _ key: String, default fallback: Int64, in range: ClosedRange<Int64>, _ help: String
    ) throws -> Int64 {
        try duration(
            key, default: .seconds(fallback), in: .seconds(range.lowerBound) ... .seconds(range.upperBound), help
        ).components.seconds
    }
}
