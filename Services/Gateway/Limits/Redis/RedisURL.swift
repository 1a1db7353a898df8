import Foundation
import ServiceKit

/// Where the shared counter is: `redis://[user:password@]host:port[/db]`, in plain text only.
struct RedisURL: Sendable, Equatable {
    let host: String
    let port: Int
    let user: String?
    let password: String?
    let database: Int

    static let help = "redis://[user:password@]host:port[/db] of the Redis or Valkey that several gateways count in"

    /// - Throws: `SettingsError` without the text, which may hold a password.
    init(_ text: String) throws(SettingsError) {
        let name = SettingsReader.variable("rate.redis.url")
        if text.hasPrefix("rediss://") {
            throw SettingsError(
                "\(name) starts with rediss://, but TLS to Redis is not supported: use redis:// in a network of your own"
            )
        }
        guard let parts = URLComponents(string: text), parts.scheme == "redis", let host = parts.host, !host.isEmpty,
            let port = parts.port, (1...65_535).contains(port), parts.query == nil, parts.fragment == nil,
            let database = Self.database(parts.path)
        else { throw SettingsError("\(name) must be \(Self.help)") }
        if let user = parts.user, !user.isEmpty, parts.password == nil {
            throw SettingsError("\(name) names a user without a password: \(Self.help)")
        }
        self.host = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        self.port = port
        self.database = database
        user = parts.user.flatMap { $0.isEmpty ? nil : $0 }
        password = parts.password
    }

    /// Nil when the setting is not there.
    static func setting(_ reader: inout SettingsReader) throws -> RedisURL? {
        try reader.secret("rate.redis.url", help).map { try RedisURL($0) }
    }

    private static func database(_ path: String) -> Int? {
        if path.isEmpty || path == "/" { return 0 }
        guard let number = Int(path.dropFirst()), (0...10_000).contains(number) else { return nil }
        return number
    }
}
