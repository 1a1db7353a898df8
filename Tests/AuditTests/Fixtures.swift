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
    let directory: String
    let log: LogStore

    init(_ directory: String? = nil) throws {
        let new = FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(UUID().text)").path
        self.directory = directory ?? new
        log = try Self.open(self.directory)
    }

    static func open(_ directory: String) throws -> LogStore {
        LogStore(
            store: try Store.open(
                directory: directory, fileName: "audit.sqlite", migrator: AuditSchema.migrator,
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })))
    }

    func verify() async throws -> AuditVerification { try await log.verify(sources: ["auth", "deals"]) }

    /// Runs SQL over a second connection, without the guards of the schema.
    func tamper(_ body: (Database) throws -> Void) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: "\(directory)/audit.sqlite", configuration: configuration)
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
                kind: "user", id: (sequence.isMultiple(of: 2) ? bert : anna).text, session: anna),
            subject: EventSubject(kind: "deal", id: UUIDv7.make().text, number: "D-2026-\(1000 + sequence)"),
            version: 1,
            changes: [FieldChange("stage", before: nil, after: "Pitch “A\u{1}\"\\\n")], requestId: "r-\(sequence)"))
}

/// The bytes of an entry without personal values, which are always the same.
extension EntryBytes {
    static func make(_ event: Event, source: String, sequence: Int64) -> Data {
        sealed(event, source: source, sequence: sequence).bytes
    }
}

func call(
    as role: Role?, user: UUID = anna, on resource: [String] = [], ifMatch: Int64? = nil
) -> RPCContext {
    RPCContext(
        peer: "gateway", identity: role.map { RPCIdentity(subject: user, session: user, roles: $0.bits) },
        requestID: "request-1", resource: resource, ifMatch: ifMatch, clientAddress: "198.51.100.9")
}

extension LogStore {
    func entries(_ query: AuditQuery) async throws -> [AuditEntry] { try await page(LogSearch(query)).items }
    func list(_ query: AuditQuery) async throws -> [Int64] { try await entries(query).map(\.seq) }
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
