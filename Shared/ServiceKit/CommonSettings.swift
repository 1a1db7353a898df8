import Contracts
import Foundation
package import Logging
import RPC
package import Telemetry

/// The settings that all executables share.
package struct CommonSettings: Sendable {
    package var listen: Address?
    package var adminListen: Address
    package var peers: [String: Address] = [:]
    package var logLevel: Logger.Level
    package var logFormat: LineLogHandler.Format
    /// Nil when calls between services travel in the clear.
    let tls: TLSIdentity.Files?
    private let secretPath: String?

    package init(_ reader: inout SettingsReader, adminPort: Int) throws {
        listen = try reader.optionalAddress("listen", "HOST:PORT for calls from other services")
        adminListen = try reader.address(
            "admin.listen", default: Address(host: "127.0.0.1", port: adminPort),
            "HOST:PORT for /livez, /readyz and /metrics")
        for peer in Peer.servers {
            peers[peer] = try reader.optionalAddress("peer.\(peer)", "HOST:PORT of the \(peer) service")
        }
        let level = try reader.string(
            "log.level", default: "info", "trace, debug, info, notice, warning, error or critical")
        guard let logLevel = Logger.Level(rawValue: level) else {
            throw SettingsError(
                "IBP_LOG_LEVEL is \(level), but must be trace, debug, info, notice, warning, error or critical")
        }
        self.logLevel = logLevel
        let format = try reader.string("log.format", default: "json", "json or text")
        guard let logFormat = LineLogHandler.Format(rawValue: format) else {
            throw SettingsError("IBP_LOG_FORMAT is \(format), but must be json or text")
        }
        self.logFormat = logFormat
        secretPath = try reader.optionalString(
            "rpc.secret.file", "path of the file that holds the secret which all services share, 32 bytes or more")
        tls = try reader.tlsFiles()
    }

    /// How this service and its peers know each other: by certificates where there are some, else by the shared secret.
    func security(logger: Logger) throws -> RPCSecurity {
        guard let tls else { return .secret(try secret()) }
        let identity = try TLSIdentity(tls, logger: logger)
        let days = Int(identity.expiry.timeIntervalSinceNow / 86_400)
        if days < Self.expiryWarningDays {
            logger.warning("the certificate for calls between services ends soon", metadata: ["tls.days": "\(days)"])
        }
        return .certificates(identity)
    }

    private static let expiryWarningDays = 14

    /// The shared secret of the RPC handshake.
    private func secret() throws -> HandshakeSecret {
        guard let secretPath else {
            throw SettingsError(
                "IBP_RPC_SECRET_FILE is not set: path of the file that holds the secret which all services share")
        }
        guard let data = FileManager.default.contents(atPath: secretPath) else {
            throw SettingsError("IBP_RPC_SECRET_FILE names \(secretPath), which cannot be read")
        }
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let secret = HandshakeSecret(Array(text.utf8)) else {
            throw SettingsError("\(secretPath) must hold at least \(HandshakeSecret.bytesMin) bytes")
        }
        return secret
    }
}
