import RPC

extension RPCServerHealth {
    /// `ready 0.1.0, up 3 h 2 m`
    var text: String { "\(isReady ? "ready" : "not ready") \(version), up \(Self.span(uptimeSeconds))" }

    /// The two largest units: `12 s`, `5 m 3 s`, `3 h 2 m`, `2 d 4 h`.
    private static func span(_ seconds: Int) -> String {
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400)
        if days > 0 { return "\(days) d \(hours % 24) h" }
        if hours > 0 { return "\(hours) h \(minutes % 60) m" }
        if minutes > 0 { return "\(minutes) m \(seconds % 60) s" }
        return "\(seconds) s"
    }
}
