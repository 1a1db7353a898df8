import ServiceKit

/// How long a session lasts (NIST SP 800-63B: 30 minutes without activity, 12 hours in all).
struct SessionLimits: Sendable, Hashable {
    var idleSeconds: Int64 = 1800
    var absoluteSeconds: Int64 = 43_200
    /// So long after a token's use its successor is told again, to a client that lost the reply.
    var retrySeconds: Int64 = 10
}

extension SessionLimits {
    init(_ reader: inout SettingsReader) throws {
        idleSeconds = try reader.seconds(
            "session.idle", default: idleSeconds, in: 60...86_400, "a session that is not refreshed for so long ends")
        absoluteSeconds = try reader.seconds(
            "session.absolute", default: absoluteSeconds, in: 60...604_800,
            "a session ends so long after its sign-in, however busy")
    }
}
