import HTTPServer
import ServiceKit

struct GatewaySettings: Sendable {
    let listen: Address
    let issuer: String
    let audience: String
    let limits: RateLimits
    let httpLimits: HTTPLimits

    init(_ reader: inout SettingsReader) throws {
        listen = try reader.address(
            "http.listen", default: Address(host: "127.0.0.1", port: 8080), "HOST:PORT of the public door")
        issuer = try reader.string(
            "token.issuer", default: "https://ibpipeline.local", "the iss of access tokens, as auth has it")
        audience = try reader.string(
            "token.audience", default: "ibpipeline", "the aud of access tokens, as auth has it")
        limits = try RateLimits(&reader)
        var http = HTTPLimits.default
        http.connectionsPerAddressMax = try reader.int(
            "http.connections.per.address", default: 256, in: 1...10_000,
            "open connections of one address (IPv6: of one /64)")
        httpLimits = http
    }
}
