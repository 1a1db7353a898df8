import Crypto
import ServiceKit
import TransparencyLog

/// Under which name the log signs its checkpoints, and by which key.
struct SigningSettings: Sendable {
    /// The origin of the checkpoints and the name of the key (C2SP tlog-checkpoint): like a URL without its scheme.
    let origin: String
    let keyFile: SigningKeyFile
    /// Keys that signed before the present one, whose checkpoints are still believed.
    let previous: [VerifierKey]

    static let previousMax = 10

    /// - Parameter directory: of the service's data, where the key is kept unless it is said otherwise.
    init(_ reader: inout SettingsReader, directory: String) throws {
        origin = try reader.string(
            "audit.origin", default: "ibpipeline.local/audit",
            "the log's name in its checkpoints, for ever the same: like a URL without the scheme")
        try Self.checkName(origin)
        keyFile = SigningKeyFile(
            path: try reader.string(
                "audit.signing.key.file", default: "\(directory)/signing.key",
                "path of the file with the key that signs checkpoints; made at the first start"))
        let texts = try reader.optionalString(
            "audit.signing.previous", "verifier keys that signed before this one, with commas between them")
        previous = try (texts ?? "").split(separator: ",").map { text in
            guard let key = try? VerifierKey(String(text)), key.algorithm == .ed25519 else {
                throw SettingsError(
                    "IBP_AUDIT_SIGNING_PREVIOUS holds \(text), which is no verifier key such as the log tells at its start"
                )
            }
            return key
        }
        guard previous.count <= Self.previousMax else {
            throw SettingsError("IBP_AUDIT_SIGNING_PREVIOUS holds more than \(Self.previousMax) keys")
        }
    }

    private static func checkName(_ origin: String) throws {
        let isName = (try? SignerKey(name: origin, .ed25519, Curve25519.Signing.PrivateKey())) != nil
        guard isName, !origin.contains("://"), origin.last != "/" else {
            throw SettingsError(
                "IBP_AUDIT_ORIGIN is \(origin), but must be like a URL without its scheme, such as bank.example/audit: "
                    + "at most 255 bytes, no white space, no plus sign, no slash at its end")
        }
    }
}
