import RPC
import ServiceKit

/// What runs, where, and with which settings: everything about a local cluster that is known before it starts.
struct ClusterPlan: Sendable {
    /// In the order in which they are started: who is called by others comes first.
    static let services = ["auth", "deals", "audit", "health", "gateway"]

    /// One group after the other: nobody loses a service that he still calls.
    static let drainOrder = [["gateway"], ["audit", "health"], ["deals"], ["auth"]]

    /// Who calls whom.
    private static let peers = [
        "gateway": ["auth", "deals", "audit", "health"], "audit": ["auth", "deals", "health"],
        "health": ["auth", "deals", "audit"], "deals": ["auth"],
    ]

    /// Those with secrets in their files that they must read again: each seals them under a key of its own, made of one.
    private static let keepsSecrets: Set = ["auth", "health"]

    /// An admin port for each, an RPC port for all but the gateway.
    static let portCount = services.count * 2 - 1

    var listen: Address
    /// Whether services know each other by certificates, and not by the shared secret.
    var encrypts: Bool
    var children: [ChildPlan]

    /// Where each service takes calls from the others.
    var peers: [String: Address] {
        var peers: [String: Address] = [:]
        for child in children { peers[child.name] = child.environment["IBP_LISTEN"].flatMap { Address($0) } }
        return peers
    }

    /// - Parameter ports: `portCount` different ones.
    init(
        directory: DataDirectory, executables: [String: String], listen: Address, ports: [Int], logLevel: String,
        logFormat: String, encrypts: Bool = false, caller: CallerEnvironment
    ) {
        self.listen = listen
        self.encrypts = encrypts
        let admin = Dictionary(uniqueKeysWithValues: zip(Self.services, ports))
        let rpc = Dictionary(
            uniqueKeysWithValues: zip(Self.services.filter { $0 != "gateway" }, ports.dropFirst(admin.count)))
        children = Self.services.map { name in
            var environment = caller.variables(for: name)
            environment["IBP_ADMIN_LISTEN"] = admin[name].map { "127.0.0.1:\($0)" }
            if encrypts {
                let files = directory.tlsFiles(of: name)
                environment["IBP_RPC_TLS_CERT_FILE"] = files.certificate
                environment["IBP_RPC_TLS_KEY_FILE"] = files.key
                environment["IBP_RPC_TLS_AUTHORITY_FILE"] = files.authority
            } else {
                environment["IBP_RPC_SECRET_FILE"] = directory.secretFile
            }
            if Self.keepsSecrets.contains(name), environment["IBP_SECRETS_KEY"] == nil,
                environment["IBP_SECRETS_KEY_FILE"] == nil
            {
                environment["IBP_SECRETS_KEY_FILE"] = directory.secretsKeyFile
            }
            if name == "audit", environment["IBP_AUDIT_SIGNING_KEY_FILE"] == nil {
                environment["IBP_AUDIT_SIGNING_KEY_FILE"] = directory.signingKeyFile
            }
            if name == "auth", environment["IBP_PASSKEY_ORIGINS"] == nil {
                // The one name for which browsers have passkeys without TLS.
                environment["IBP_PASSKEY_ORIGINS"] = "http://localhost:\(listen.port)"
            }
            environment["IBP_LOG_LEVEL"] = logLevel
            environment["IBP_LOG_FORMAT"] = logFormat
            for peer in Self.peers[name] ?? [] {
                environment["IBP_PEER_\(peer.uppercased())"] = rpc[peer].map { "127.0.0.1:\($0)" }
            }
            if let port = rpc[name] {
                environment["IBP_LISTEN"] = "127.0.0.1:\(port)"
                environment["IBP_DATA_DIR"] = directory.folder(of: name)
            } else {
                environment["IBP_HTTP_LISTEN"] = listen.text
            }
            return ChildPlan(
                name: name, executable: executables[name] ?? name, environment: environment, adminPort: admin[name] ?? 0
            )
        }
    }
}

/// One process to start.
struct ChildPlan: Sendable {
    var name: String
    var executable: String
    var environment: [String: String]
    /// Where `GET /readyz` tells whether it is ready.
    var adminPort: Int
}
