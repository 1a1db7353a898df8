import Contracts
import Foundation
import RPC
import TransparencyLog

/// The log for those who verify it: the newest checkpoint, the tree in tiles, entries in bundles (C2SP tlog-tiles), a proof of
/// one entry (C2SP tlog-proof), and the keys by which to believe them.
struct TreeHandlers: Sendable {
    private let log: LogStore
    private let signer: CheckpointSigner
    private let journal: Journal

    init(log: LogStore, signer: CheckpointSigner) {
        (self.log, self.signer) = (log, signer)
        journal = Journal(log: log)
    }

    func register(on router: inout RPCRouter) {
        router.on(AuditMethods.checkpoint) { _, context in try await checkpoint(context) }
        router.on(AuditMethods.verifierKeys) { _, context in try verifierKeys(context) }
        router.on(AuditMethods.tile) { _, context in try await tile(context) }
        router.on(AuditMethods.entryBundle) { _, context, writer in
            try await entries(context) { try await writer.send($0) }
        }
        router.on(AuditMethods.proof) { _, context in try await proof(context) }
    }

    func checkpoint(_ context: RPCContext) async throws -> AuditLogText {
        _ = try context.require(.readAudit)
        guard let note = try await CheckpointStore(store: log.store).newestNote() else {
            throw RPCFault(.notFound, "not_found", "Nothing is signed yet: the log is empty.")
        }
        return AuditLogText(text: String(decoding: note, as: UTF8.self))
    }

    /// The key that signs now, then those before it, one a line.
    func verifierKeys(_ context: RPCContext) throws -> AuditLogText {
        _ = try context.require(.readAudit)
        return AuditLogText(text: signer.trusted.keys.map { "\($0.text)\n" }.joined())
    }

    func tile(_ context: RPCContext) async throws -> AuditTile {
        _ = try context.require(.readAudit)
        guard let tile = Tile(path: "tile/" + (context.resource.first ?? "")),
            let hashes = try await log.hashes(of: tile)
        else { throw Self.unknown }
        return AuditTile(hashes: hashes, isFull: tile.width == Tile.widthMax)
    }

    /// Whoever takes out entries is in the log, as with any other export of them; hashes say nothing and are read unseen.
    func entries(_ context: RPCContext, send: (AuditBundlePart) async throws -> Void) async throws {
        let identity = try context.require(.readAudit)
        guard let tile = Tile(path: "tile/entries/" + (context.resource.first ?? "")),
            let bundle = try await log.bundle(of: tile)
        else { throw Self.unknown }
        let format = FieldChange("format", before: nil, after: "bundles")
        try await journal.note(EventType.auditExported, [format], by: identity, context)
        try await send(.head(bytes: bundle.count))
        for start in stride(from: 0, to: bundle.count, by: AuditBundlePart.bytesMax) {
            try await send(.bytes(bundle[start..<min(start + AuditBundlePart.bytesMax, bundle.count)]))
        }
    }

    func proof(_ context: RPCContext) async throws -> AuditLogText {
        _ = try context.require(.readAudit)
        guard let text = context.resource.first, let seq = Int64(text), seq >= 0, String(seq) == text else {
            throw Self.unknown
        }
        switch try await log.proof(of: seq) {
        case .proof(let proof): return AuditLogText(text: String(decoding: proof.bytes, as: UTF8.self))
        case .unknown: throw Self.unknown
        case .unsigned:
            throw RPCFault(
                .aborted, "checkpoint_pending",
                "No checkpoint covers this entry yet; the next is signed within a second.",
                retryAfterMilliseconds: 1000)
        }
    }

    private static let unknown = RPCFault(.notFound, "not_found", "There is no such resource.")
}
