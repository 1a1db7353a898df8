import Contracts
import Foundation
import GRDB
import Logging
package import RPC
import Storage

/// Answers an operator who looks after the events that the consumers of a service could not take in.
package struct DeadLetterDesk: Sendable {
    private static let pageMax = 200
    private static let pageDefault = 100
    private static let redriveMax = 500
    private static let redriveDefault = 100
    /// An answer names no more.
    private static let failuresMax = 100

    let consumers: [EventConsumer]

    package init(_ consumers: [EventConsumer]) { self.consumers = consumers }

    package func register(on router: inout RPCRouter) {
        router.on(EventMethods.deadLetters) { input, _ in try await list(input) }
        router.on(EventMethods.redrive) { input, context in try await redrive(input, by: EventActor(context)) }
        router.on(EventMethods.skip) { input, context in try await skip(input, by: EventActor(context)) }
    }

    func list(_ query: DeadLetterQuery) async throws -> DeadLetterList {
        let limit = try checked(query.limit, default: Self.pageDefault, max: Self.pageMax)
        let consumer = try consumer(query.source, query.group)
        return try await consumer.store.read { db in
            DeadLetterList(
                items: try consumer.box.letters(after: query.after ?? 0, limit: limit, in: db).map(DeadLetter.init),
                total: try consumer.box.count(in: db))
        }
    }

    /// Letter by letter, each in a transaction of its own: what was done stays done, whatever comes then.
    func redrive(_ request: RedriveRequest, by actor: EventActor) async throws -> RedriveResult {
        let limit = try checked(request.limit, default: Self.redriveDefault, max: Self.redriveMax)
        let consumer = try consumer(request.source, request.group)
        let letters = try await consumer.store.read { db in
            try consumer.box.letters(
                after: request.after ?? 0, aggregate: request.aggregate, limit: limit, in: db)
        }
        var result = RedriveResult(redriven: 0, failed: [], left: 0, next: nil)
        for letter in letters {
            switch try await consumer.redrive(letter, by: actor) {
            case .done: result.redriven += 1
            case .waits: break
            case .failed(let letter): if result.failed.count < Self.failuresMax { result.failed.append(letter) }
            }
        }
        if letters.count == limit { result.next = letters.last?.sequence }
        result.left = try await consumer.store.read { db in try consumer.box.count(in: db) }
        consumer.meters.parked(result.left)
        return result
    }

    func skip(_ request: SkipRequest, by actor: EventActor) async throws -> Nothing {
        let reason = request.reason.trimmingCharacters(in: .whitespacesAndNewlines)
        guard (1...DeadLetters.reasonCharactersMax).contains(reason.unicodeScalars.count) else {
            throw RPCFault.invalid([
                FieldFault("reason", "out_of_range", "must be 1 to \(DeadLetters.reasonCharactersMax) characters")
            ])
        }
        let consumer = try consumer(request.source, request.group)
        guard try await consumer.skip(request.sequence, reason: reason, by: actor) else {
            throw RPCFault.notFound("dead letter")
        }
        return Nothing()
    }

    private func consumer(_ source: String, _ group: String) throws -> EventConsumer {
        guard let consumer = consumers.first(where: { $0.source == source && $0.group == group }) else {
            let known = consumers.map { "\($0.group) of \($0.source)" }.joined(separator: ", ")
            throw RPCFault.invalid([FieldFault("source", "unknown", "this service reads as \(known)")])
        }
        return consumer
    }

    private func checked(_ limit: Int?, default fallback: Int, max: Int) throws -> Int {
        let limit = limit ?? fallback
        guard (1...max).contains(limit) else {
            throw RPCFault.invalid([FieldFault("limit", "out_of_range", "must be 1 to \(max)")])
        }
        return limit
    }
}

extension DeadLetter {
    init(_ letter: DeadLetters.Letter) {
        self.init(
            sequence: letter.sequence, aggregate: letter.aggregate, attempts: letter.attempts, error: letter.error,
            firstAt: Instant(milliseconds: letter.firstMilliseconds))
    }
}

extension EventConsumer {
    enum Redriven: Sendable {
        case done
        /// An earlier letter of the aggregate is still there, or this one no longer is.
        case waits
        case failed(DeadLetter)
    }

    func redrive(_ letter: DeadLetters.Letter, by actor: EventActor) async throws -> Redriven {
        let act = act(EventType.eventRedriven, letter, by: actor)
        do {
            return try await store.write { [effect, box] db in
                guard try box.head(of: letter.aggregate, in: db) == letter.sequence else { return .waits }
                try effect.redrive(try SequencedEvent.reading(letter.payload, letter.sequence).get(), db)
                _ = try box.settle(letter.sequence, .redriven, reason: "", now: act.time.milliseconds, in: db)
                try effect.record(act, db)
                return .done
            }
        } catch let error where EventFault.isOfTheEvent(error) {
            var failed = letter
            failed.attempts += 1
            failed.error = EventFault.text(error)
            try await store.write { [box, failed] db in
                try box.failedAgain(failed.sequence, error: failed.error, in: db)
            }
            return .failed(DeadLetter(failed))
        }
    }

    /// False when there is no such letter.
    func skip(_ sequence: Int64, reason: String, by actor: EventActor) async throws -> Bool {
        // Numbers begin with 1; the lowest that there is has none before it to look behind.
        guard sequence >= 1,
            let letter = try await store.read({ [box] db in
                try box.letters(after: sequence - 1, limit: 1, in: db).first
            }), letter.sequence == sequence
        else { return false }
        let act = act(EventType.eventSkipped, letter, by: actor, reason: reason)
        let isDone = try await store.write { [effect, box] db in
            guard try box.settle(sequence, .skipped, reason: reason, now: act.time.milliseconds, in: db) else {
                return false
            }
            try effect.record(act, db)
            return true
        }
        if isDone { log(.notice, "an event is passed over", ["event.sequence": "\(sequence)"]) }
        return isDone
    }

    private func act(
        _ type: String, _ letter: DeadLetters.Letter, by actor: EventActor, reason: String = ""
    ) -> DeadLetterAct {
        DeadLetterAct(
            type: type, source: source, group: group, sequence: letter.sequence, aggregate: letter.aggregate,
            actor: actor, time: now(), reason: reason)
    }
}
