import HTTPServer
import ServiceKit

struct GatewaySettings: Sendable {
    /// The door with TLS, beside the plain one.
    struct HTTPS: Sendable {
        let listen: Address
        let files: ServerCertificate.Files
    }

    enum AccessLogTarget: Sendable {
        case off, standardOutput
        case file(String)
    }

    let listen: Address
    let https: HTTPS?
    let accessLog: AccessLogTarget
    let issuer: String
    let audience: String
    let limits: RateLimits
    /// Where budgets are counted for several gateways together.
    let sharedRates: RedisURL?
    let edge: EdgeRules
    /// The path of what may change while the gateway runs.
    let policyFile: String?
    let httpLimits: HTTPLimits

    init(_ reader: inout SettingsReader) throws {
        listen = try reader.address(
            "http.listen", default: Address(host: "127.0.0.1", port: 8080), "HOST:PORT of the public door")
        https = try Self.https(&reader)
        accessLog =
            switch try reader.string(
                "access.log", default: "off", "off, stdout, or the path of a file that lines are appended to")
            {
            case "off": .off
            case "stdout": .standardOutput
            case let path: .file(path)
            }
        issuer = try reader.string(
            "token.issuer", default: "https://ibpipeline.local", "the iss of access tokens, as auth has it")
        audience = try reader.string(
            "token.audience", default: "ibpipeline", "the aud of access tokens, as auth has it")
        limits = try RateLimits(&reader)
        sharedRates = try RedisURL.setting(&reader)
        edge = try EdgeRules(&reader)
        policyFile = try reader.optionalString(
            "policy.file", "path of a JSON file with rates, origins, proxies and hosts, taken over when it changes")
        var http = HTTPLimits.default
        http.connectionsPerAddressMax = try reader.int(
            "http.connections.per.address", default: 256, in: 1...10_000,
            "open connections of one address (IPv6: of one /64)")
        httpLimits = http
    }

    private static func https(_ reader: inout SettingsReader) throws -> HTTPS? {
        let listen = try reader.optionalAddress("https.listen", "HOST:PORT of the public door with TLS")
        let certificate = try reader.optionalString(
            "https.cert.file", "path of the PEM file with the public certificate and those that lead to its authority")
        let key = try reader.optionalString("https.key.file", "path of the PEM file with the key of that certificate")
        switch (listen, certificate, key) {
        case (nil, nil, nil): return nil
        case (let listen?, let certificate?, let key?):
            return HTTPS(listen: listen, files: .init(certificate: certificate, key: key))
        default:
            throw SettingsError(
                "IBP_HTTPS_LISTEN, IBP_HTTPS_CERT_FILE and IBP_HTTPS_KEY_FILE go together: set all or none")
        }
    }
}
