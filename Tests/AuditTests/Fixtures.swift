import Contracts
import Foundation
import GRDB
import Logging
import RPC
import Storage
import Synchronization
import Testing

@testable import audit

/// A log in a directory of its own, and the means to damage it behind its back.
struct Fixture {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(UUID().text)").path
    let log: LogStore

    init() throws { log = try Self.open(directory) }

    static func open(_ directory: String) throws -> LogStore {
        LogStore(
            store: try Store.open(
                directory: directory, fileName: "audit.sqlite", migrator: AuditSchema.migrator,
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })))
    }

    func verify() async throws -> AuditVerification { try await log.verify(sources: ["auth", "deals"]) }

    /// Runs SQL over a second connection, without the guards of the schema.
    func tamper(_ body: (Database) throws -> Void) throws {
        let queue = try DatabaseQueue(path: "\(directory)/audit.sqlite")
        try queue.write { db in
            let guards = try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for name in guards { try db.execute(sql: "DROP TRIGGER \(name)") }
            try body(db)
        }
        try queue.close()
    }

    func tamper(_ sql: String) throws { try tamper { db in try db.execute(sql: sql) } }

    /// Fills the log with `count` events of the deals service, numbered from 1.
    @discardableResult
    func fill(_ count: Int) async throws -> [SequencedEvent] {
        let events = (1...count).map { deal($0) }
        try await log.append(events, from: "deals")
        return events
    }

    func remove() async throws {
        try await log.store.close()
        try FileManager.default.removeItem(atPath: directory)
    }
}

let anna = UUIDv7.make()
let bert = UUIDv7.make()
let start = Instant(milliseconds: 1_790_000_000_000)

/// Event number `sequence` of the deals service: odd ones are Anna's, even ones Bert's, one a minute.
func deal(_ sequence: Int, type: String = EventType.dealCreated) -> SequencedEvent {
    SequencedEvent(
        sequence: Int64(sequence),
        event: Event(
            type: type, time: start.advanced(bySeconds: Int64(sequence) * 60),
            actor: EventActor(
                kind: "user", id: (sequence.isMultiple(of: 2) ? bert : anna).text, session: anna, address: "192.0.2.7"),
            subject: EventSubject(kind: "deal", id: UUIDv7.make().text, number: "D-2026-\(1000 + sequence)"),
            version: 1,
            changes: [FieldChange("stage", before: nil, after: "Pitch “A\u{1}\"\\\n")], requestId: "r-\(sequence)"))
}

func call(as role: Role?) -> RPCContext {
    RPCContext(peer: "gateway", identity: role.map { RPCIdentity(subject: anna, session: anna, roles: $0.bits) })
}

/// Waits until the condition holds, at most a minute.
func eventually(sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(60)
    while try await !condition() {
        guard ContinuousClock.now < end else {
            Issue.record("did not happen within a minute", sourceLocation: sourceLocation)
            return
        }
        try await Task.sleep(for: .milliseconds(2))
    }
}
