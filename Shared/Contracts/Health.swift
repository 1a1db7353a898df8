package import RPC

package enum HealthMethods {
    package static let current = RPCMethod<Nothing, HealthReport>(
        0x0401, "health.current", callers: [Peer.gateway], isIdempotent: true)
    package static let history = RPCMethod<Nothing, HealthHistory>(
        0x0402, "health.history", callers: [Peer.gateway], isIdempotent: true)
}

/// `unknown` means that nobody looked lately; it is not `down`, which means that somebody looked and got no good answer.
package enum HealthState: String, Codable, Sendable, CaseIterable { case up, degraded, down, unknown }

/// The whole as its services make it, and each of them by name.
package struct HealthReport: Codable, Sendable {
    package var status: HealthState
    package var services: [String: ServiceHealth]

    package init(status: HealthState, services: [String: ServiceHealth]) {
        self.status = status
        self.services = services
    }
}

/// One service; without a signed-in caller its status alone.
package struct ServiceHealth: Codable, Sendable, Hashable {
    package var status: HealthState
    package var since: Instant?
    package var checkedAt: Instant?
    package var latencyMicroseconds: Int?
    /// Per cent of the last 24 hours that were looked at; nil before the first look.
    package var uptime24h: Double?
    package var error: String?

    package init(
        status: HealthState, since: Instant?, checkedAt: Instant?, latencyMicroseconds: Int?, uptime24h: Double?,
        error: String?
    ) {
        self.status = status
        self.since = since
        self.checkedAt = checkedAt
        self.latencyMicroseconds = latencyMicroseconds
        self.uptime24h = uptime24h
        self.error = error
    }
}

/// The last 24 hours of each service as the stretches of time it spent in one state, oldest first.
package struct HealthHistory: Codable, Sendable {
    package var from: Instant
    package var to: Instant
    package var services: [String: [HealthSpan]]

    package init(from: Instant, to: Instant, services: [String: [HealthSpan]]) {
        self.from = from
        self.to = to
        self.services = services
    }
}

/// A stretch of time in one state, and how many probes saw it.
package struct HealthSpan: Codable, Sendable, Hashable {
    package var status: HealthState
    package var from: Instant
    package var to: Instant
    package var probes: Int

    package init(status: HealthState, from: Instant, to: Instant, probes: Int) {
        self.status = status
        self.from = from
        self.to = to
        self.probes = probes
    }
}
