import Contracts
import NIOCore
import RPC
import ServiceKit

/// One service, where it is, and the file that proves that we may call it.
struct PeerPlace: Equatable, Sendable {
    var service: String
    var address: Address
    var secretFile: String
    /// In place of the secret, for a cluster that encrypts.
    var certificates: TLSIdentity.Files?

    /// `deals 127.0.0.1:41231`
    var text: String { "\(service) \(address.text)" }

    /// The one place that decides how the connection is made.
    func configuration(as caller: String, timeout: TimeAmount) throws -> RPCClient.Configuration {
        var configuration = RPCClient.Configuration(
            host: address.host, port: address.port, peer: service, service: caller, security: try security())
        configuration.version = ProcessKit.version
        configuration.tableHash = MethodTable.hash
        configuration.connectionWait = timeout
        // An operator wants to see what happened, not what came of a second try.
        configuration.attemptsMax = 1
        return configuration
    }

    private func security() throws -> RPCSecurity {
        if let certificates {
            do {
                return .certificates(try TLSIdentity(certificates, logger: .silent))
            } catch {
                throw CommandFailure(line: "\(error)")
            }
        }
        guard let text = PrivateFile(path: secretFile).content else {
            throw CommandFailure(line: "Cannot read the secret in \(secretFile), or it is empty; see --secret-file.")
        }
        guard let secret = HandshakeSecret(Array(text.utf8)) else {
            throw CommandFailure(line: "\(secretFile) must hold at least \(HandshakeSecret.bytesMin) bytes.")
        }
        return .secret(secret)
    }

    /// What is wrong and what to do, in one line.
    func failure(_ error: RPCConnectionError, timeout: TimeSpan) -> CommandFailure {
        let line =
            switch error {
            case .unreachable(let reason):
                "\(service) cannot be reached on \(address.text) (\(reason)); see whether it runs, or check --address."
            case .timedOut:
                "\(address.text) did not answer within \(timeout.text); check the address, or wait longer with --timeout."
            case .wrongSecret:
                "\(service) on \(address.text) has another secret than \(secretFile); "
                    + "name the file that its IBP_RPC_SECRET_FILE names."
            case .otherPeer(let found):
                "\(address.text) is \(found), not \(service); ask for \(found), or check --address."
            case .otherProtocol:
                "\(address.text) does not speak the services' RPC; it may be an HTTP port."
            case .tls(let words):
                "\(service) on \(address.text) and this side cannot agree on TLS (\(words)); both need certificates of "
                    + "one authority (IBP_RPC_TLS_*, or --data-dir of a cluster of `up --tls`), or neither."
            case .refused(let words):
                "\(service) on \(address.text) refused the connection: \(words); see its log."
            }
        return CommandFailure(line: line)
    }
}
