/// The environment that `up` was called with, and which of it each service gets. A service would refuse to start on a
/// setting that it does not know, and a misspelt one must not be lost silently, so every IBP_* name needs an owner.
struct CallerEnvironment: Sendable {
    var variables: [String: String]

    private static let passedToAll = ["PATH", "HOME", "TZ", "LANG"]

    /// The first prefix that fits decides.
    private static let owners: [(prefix: String, services: [String])] = [
        ("IBP_TOKEN_ISSUER", ["auth", "gateway"]), ("IBP_TOKEN_AUDIENCE", ["auth", "gateway"]),
        ("IBP_SECRETS_", ["auth", "health"]), ("IBP_TOKEN_", ["auth"]), ("IBP_KEY_", ["auth"]),
        ("IBP_BOOTSTRAP_", ["auth"]),
        ("IBP_SESSION_", ["auth"]), ("IBP_FIRM_NAME", ["auth"]), ("IBP_SECOND_FACTOR_", ["auth"]),
        ("IBP_PASSKEY_", ["auth"]),
        ("IBP_OIDC_", ["auth"]),
        ("IBP_RATE_", ["gateway"]), ("IBP_HTTP_", ["gateway"]), ("IBP_HTTPS_", ["gateway"]),
        ("IBP_POLICY_FILE", ["gateway"]),
        ("IBP_TRUSTED_PROXIES", ["gateway"]), ("IBP_CORS_ORIGINS", ["gateway"]), ("IBP_PUBLIC_HOSTS", ["gateway"]),
        ("IBP_ACCESS_LOG", ["gateway"]), ("IBP_PROBE_", ["health"]), ("IBP_WEBHOOK_", ["health"]),
        ("IBP_AUDIT_", ["audit"]), ("IBP_EVENTS_", ["auth", "deals", "health"]),
        ("IBP_BACKUP_", ["auth", "deals", "audit", "health"]),
    ]

    private static let options = [
        "IBP_HTTP_LISTEN": "--listen", "IBP_LOG_LEVEL": "--log-level", "IBP_DATA_DIR": "--data-dir",
    ]

    /// What `up` decides itself, for it makes the ports, the secret and the certificates.
    private static let own = ["IBP_LISTEN", "IBP_ADMIN_LISTEN", "IBP_PEER_", "IBP_RPC_", "IBP_LOG_FORMAT"]

    /// Read by Package.swift when the project is built, which a developer's shell may have set.
    private static let builds = "IBP_WARNINGS_AS_ERRORS"

    init(_ variables: [String: String]) throws {
        self.variables = variables
        for name in variables.keys.sorted() where name.hasPrefix("IBP_") && name != Self.builds {
            if let option = Self.options[name] {
                throw CommandFailure(
                    line: "\(name) has no effect on `up`; use \(option) instead.", code: CommandFailure.usage)
            }
            guard Self.services(for: name).isEmpty else { continue }
            guard !Self.own.contains(where: name.hasPrefix) else {
                throw CommandFailure(
                    line: "\(name) has no effect on `up`, which sets it for its services itself; unset it"
                        + (name.hasPrefix("IBP_RPC_TLS_") ? " (--tls makes certificates)." : "."),
                    code: CommandFailure.usage)
            }
            throw CommandFailure(
                line: "The environment variable \(name) belongs to no service of this cluster.",
                code: CommandFailure.usage)
        }
    }

    func variables(for service: String) -> [String: String] {
        variables.filter { Self.passedToAll.contains($0.key) || Self.services(for: $0.key).contains(service) }
    }

    private static func services(for name: String) -> [String] {
        owners.first { name.hasPrefix($0.prefix) }?.services ?? []
    }
}
