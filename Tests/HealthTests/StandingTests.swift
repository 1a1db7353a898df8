import Contracts
import Testing

@testable import health

/// A service under a clock that the test moves.
private struct Watched {
    var standing = Standing(interval: interval)
    var moment = ContinuousClock.now
    var wall = start

    mutating func pass(_ seconds: Int) {
        moment += .seconds(seconds)
        wall = wall.advanced(bySeconds: Int64(seconds))
    }

    mutating func look(_ outcome: ProbeOutcome, after seconds: Int = 10) {
        pass(seconds)
        _ = standing.take(Probe(at: wall, moment: moment, latency: .microseconds(700), outcome: outcome), of: "auth")
    }

    var health: ServiceHealth { standing.health(at: moment, wall: wall) }
}

@Test func serviceIsUnknownUntilSomebodyLooked() {
    var watched = Watched()
    #expect(watched.health.status == .unknown)
    #expect(watched.health.checkedAt == nil && watched.health.uptime24h == nil)
    watched.look(.good)
    #expect(watched.health.status == .up)
    #expect(watched.health.since == watched.wall && watched.health.latencyMicroseconds == 700)
}

@Test func stalledProberMakesUnknownNotDown() {
    var watched = Watched()
    watched.look(.good)
    let looked = watched.wall
    watched.pass(30)
    #expect(watched.health.status == .up)
    watched.pass(1)
    #expect(watched.health.status == .unknown)
    #expect(watched.health.checkedAt == looked && watched.health.since == looked.advanced(by: interval))
}

@Test func failuresInARowCountUntilOneGoodProbe() {
    var watched = Watched()
    var states: [HealthState] = []
    for outcome in [
        ProbeOutcome.good, .failed("late"), .good, .failed("late"), .failed("late"), .notReady, .unreachable("gone"),
    ] {
        watched.look(outcome)
        states.append(watched.health.status)
    }
    #expect(states == [.up, .degraded, .up, .degraded, .down, .degraded, .down])
    #expect(watched.health.error == "gone")
}

@Test func stateLastsFromItsFirstProbeOn() {
    var watched = Watched()
    watched.look(.good)
    let first = watched.wall
    watched.look(.good)
    #expect(watched.health.since == first)
    watched.look(.unreachable("gone"))
    #expect(watched.health.since == watched.wall)
    watched.look(.unreachable("gone"), after: 100)
    #expect(watched.health.since == watched.wall)
}

@Test func uptimeIsTheShareOfTheTimeThatWasWatched() {
    var watched = Watched()
    watched.look(.good)
    for _ in 1...9 { watched.look(.good) }
    watched.look(.unreachable("gone"))
    for _ in 1...10 { watched.look(.unreachable("gone")) }
    #expect(watched.health.uptime24h == 50)
    // Ten seconds of the hour count as down, the rest was not watched.
    watched.look(.good, after: 3600)
    #expect(watched.health.uptime24h == 47.619)
    watched.pass(25 * 3600)
    #expect(watched.health.uptime24h == nil)
}

@Test func backwardClockChangesNoUptime() {
    var standing = Standing(interval: interval)
    standing.resume(record(.up, after: 1000))
    let moment = ContinuousClock.now
    _ = standing.take(Probe(at: start, moment: moment, latency: .zero, outcome: .good), of: "auth")
    #expect(standing.health(at: moment, wall: start).uptime24h == nil)
    #expect(standing.health(at: moment, wall: start).since == start)
}

@Test func restartKeepsSinceAndUptime() {
    var standing = Standing(interval: interval)
    for second in stride(from: Int64(0), through: 100, by: 10) { standing.resume(record(.up, after: second)) }
    #expect(standing.health(at: .now, wall: start).status == .unknown)
    let moment = ContinuousClock.now
    let wall = start.advanced(bySeconds: 115)
    _ = standing.take(Probe(at: wall, moment: moment, latency: .zero, outcome: .good), of: "auth")
    let health = standing.health(at: moment, wall: wall)
    #expect(health.status == .up && health.since == start && health.uptime24h == 100)
}
