import Contracts
import Foundation
import RPC
import ServiceKit
import Synchronization

/// Writes down who reads the log. One question of one officer is one entry in ten minutes, however many pages of the answer
/// he turns and however often he looks again.
final class Journal: Sendable {
    static let span = Duration.seconds(600)
    static let questionsMax = 10_000

    private struct Question: Hashable, Sendable {
        let user: UUID
        let type: String
        let terms: [FieldChange]
    }

    private let log: LogStore
    private let now: @Sendable () -> Instant
    private let asked = Mutex(RepeatWindow<Question>(span: span, keysMax: questionsMax))

    init(log: LogStore, now: @escaping @Sendable () -> Instant = { .now }) {
        self.log = log
        self.now = now
    }

    /// Before the answer is given: what nobody could write down, nobody reads. Only what is written down counts as asked, so
    /// that a twin of the question is not answered before its entry is there; twins may be two entries.
    func note(_ type: String, _ terms: [FieldChange], by identity: RPCIdentity, _ context: RPCContext) async throws {
        let (now, question) = (now(), Question(user: identity.subject, type: type, terms: terms))
        guard !asked.withLock({ $0.isRepeat(question, at: now) }) else { return }
        _ = try await log.record(.ofLog(type, terms, at: now, context))
        asked.withLock { _ = $0.isFirst(question, at: now) }
    }
}

extension Event {
    /// Something that was done with the log, or with one entry of it.
    static func ofLog(
        _ type: String, _ changes: [FieldChange], about subject: EventSubject = EventSubject(kind: "log", id: "log"),
        at now: Instant, _ context: RPCContext
    ) -> Event {
        Event(
            id: UUIDv7.make(at: now), type: type, time: now, actor: EventActor(context), subject: subject,
            changes: changes, requestId: context.requestID, traceId: context.trace.traceID)
    }
}

extension AuditFilter {
    /// What was looked for, as an entry tells it.
    var terms: [FieldChange] {
        let all = [
            ("q", q), ("type", type), ("actor", actor), ("subject", subject), ("subjectKind", subjectKind),
            ("outcome", outcome?.rawValue), ("address", address), ("requestId", requestId), ("traceId", traceId),
            ("field", field), ("source", source), ("from", from?.text), ("to", to?.text),
        ]
        return all.compactMap { name, value in value.map { FieldChange(name, before: nil, after: $0) } }
    }
}
