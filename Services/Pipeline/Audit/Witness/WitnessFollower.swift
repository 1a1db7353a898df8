import TransparencyLog

/// Feeds the witness with what a log publishes, for a log that does not submit it by itself: asks for its checkpoint again
/// and again, and proves from its tiles that it only grew. The witness decides as it does for everybody.
struct WitnessFollower: Sendable {
    let client: LogClient
    let witness: Witness
    let log: TrustedLog
    let period: Duration
    let console: Console

    /// Until it is cancelled. Says once what goes wrong, and once that it is well again.
    func run() async throws {
        var told: String?
        while true {
            let problem = await round()
            try Task.checkCancellation()
            if problem != told { console.note("\(log.origin): \(problem ?? "cosigned again")") }
            told = problem
            try await Task.sleep(for: period)
        }
    }

    /// What is wrong, in words; nil when what the log publishes is cosigned.
    func round() async -> String? {
        do {
            let note = try await client.checkpoint()
            let new: Checkpoint
            do { new = try log.open(note).checkpoint } catch { return "its checkpoint is refused: \(error)" }
            let last = await witness.last(of: log.origin)
            if new == last { return nil }
            let old = last?.size ?? 0
            guard new.size >= old else {
                return "ALARM: it went back to \(new.size) entries, \(old) were cosigned: it was restored or rewritten"
            }
            let proof = try await client.consistencyProof(from: old, to: new.size)
            let request = AddCheckpoint(oldSize: old, proof: proof.hashes, checkpoint: note)
            let answer = try await witness.add(request)
            guard case .refused(let decision) = answer else { return nil }
            // Somebody else submitted a later one meanwhile.
            if case .conflict(let size) = decision, size != old { return nil }
            return "ALARM: \(decision.words)"
        } catch let failure as CommandFailure {
            return failure.line
        } catch {
            return "\(error)"
        }
    }
}
