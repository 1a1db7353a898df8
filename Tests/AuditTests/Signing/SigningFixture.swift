import Contracts
import Foundation
import GRDB
import Logging
import RPC
import ServiceKit
import Storage
import Testing
import TransparencyLog

@testable import audit

let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

/// A log that is signed, and the places in which its checkpoints are kept.
extension Fixture {
    static let origin = "bank.test/audit"

    var kept: DurableFile { DurableFile("\(directory)/checkpoint") }
    var keyPath: String { "\(directory)/signing.key" }

    func settings(_ more: [String: String] = [:]) throws -> SigningSettings {
        var reader = SettingsReader(
            environment: ["IBP_AUDIT_ORIGIN": Self.origin].merging(more) { $1 })
        return try SigningSettings(&reader, directory: directory)
    }

    /// As the service has it after a start.
    func signer(_ more: [String: String] = [:]) async throws -> CheckpointSigner {
        try await CheckpointSigner.open(settings(more), store: log.store, directory: directory, logger: quiet)
    }

    /// Appends the events of deals with these numbers.
    @discardableResult
    func grow(_ numbers: ClosedRange<Int>) async throws -> [SequencedEvent] {
        let events = numbers.map { deal($0) }
        try await log.append(events, from: "deals")
        return events
    }

    /// The published notes, the smallest first.
    func notes() async throws -> [Data] {
        try await log.store.read { db in try Data.fetchAll(db, sql: "SELECT note FROM checkpoint ORDER BY size") }
    }

    /// A note over this tree, signed by the log's own key.
    func note(size: Int64, root: MerkleHash) throws -> SignedNote {
        let key = try #require(try settings().keyFile.read())
        let checkpoint = try #require(Checkpoint(origin: Self.origin, size: size, root: root))
        var note = try SignedNote(text: checkpoint.text)
        note.add(try SignerKey(name: Self.origin, .ed25519, key).sign(note))
        return note
    }
}

func call(as role: Role?, _ resource: String) -> RPCContext {
    RPCContext(
        peer: "gateway", identity: role.map { RPCIdentity(subject: anna, session: anna, roles: $0.bits) },
        resource: [resource])
}
