import Contracts

/// For how long a deal stood in its stages, by the instants of its moves. A deal that went back and forth adds up; what it
/// stood on hold is told apart, and what came after its end counts nowhere until it was opened again.
struct StageDurations: Sendable {
    /// Milliseconds, so that nothing is lost by rounding parts.
    private struct Sum {
        var visits = 0
        var active: Int64 = 0
        var onHold: Int64 = 0
    }

    private var order: [String] = []
    private var sums: [String: Sum] = [:]
    /// Of the present stay.
    private var stay = Sum()
    private var last: (stage: String, status: DealStatus, at: Instant)?

    /// - Parameter moves: oldest first, beginning with the creation.
    /// - Returns: the moves with the seconds that each ended, and the stages as they stand now.
    static func told(_ moves: [StageTransition], now: Instant) -> (moves: [StageTransition], stages: [StageTime]) {
        var durations = StageDurations()
        var moves = moves
        for index in moves.indices { moves[index].secondsInFrom = durations.add(moves[index]) }
        return (moves, durations.stages(now: now))
    }

    /// - Returns: the seconds of the stay in the stage from which it moves.
    private mutating func add(_ move: StageTransition) -> Int64 {
        pass(until: move.at)
        let seconds = (stay.active + stay.onHold) / 1000
        if move.fromStage != move.toStage || move.direction == .reopen {
            if sums[move.toStage] == nil { order.append(move.toStage) }
            sums[move.toStage, default: Sum()].visits += 1
            stay = Sum()
        }
        last = (move.toStage, move.toStatus, max(move.at, last?.at ?? move.at))
        return seconds
    }

    private mutating func pass(until instant: Instant) {
        // A clock that was set back gives nobody his time back.
        guard let last, instant > last.at else { return }
        let passed = instant.milliseconds - last.at.milliseconds
        switch last.status {
        case .active:
            sums[last.stage, default: Sum()].active += passed
            stay.active += passed
        case .onHold:
            sums[last.stage, default: Sum()].onHold += passed
            stay.onHold += passed
        case .won, .lost, .withdrawn: break
        }
    }

    private func stages(now: Instant) -> [StageTime] {
        var durations = self
        durations.pass(until: now)
        return order.map { stage in
            let sum = durations.sums[stage] ?? Sum()
            let isHere = last.map { $0.stage == stage && !$0.status.isEnded } ?? false
            return StageTime(
                stage: stage, visits: sum.visits, currentSeconds: isHere ? durations.stay.active / 1000 : nil,
                cumulativeSeconds: sum.active / 1000, onHoldSeconds: sum.onHold / 1000)
        }
    }
}

extension StageHistory {
    init(moves: [StageTransition], now: Instant) {
        let told = StageDurations.told(moves, now: now)
        self.init(items: told.moves, stages: told.stages)
    }
}
