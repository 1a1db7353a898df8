import Contracts
import Foundation
import RPC
import Synchronization

/// Exactly what a search finds as a file, oldest first, written while it is read. It says how large the log was and its root:
/// what is logged meanwhile is not in it.
final class ExportHandlers: Sendable {
    /// Each holds a thread of the database every now and then.
    static let openMax = 2

    private let exports: ExportStore
    private let signer: CheckpointSigner?
    private let now: @Sendable () -> Instant
    private let open = Mutex(0)

    /// - Parameter signer: nil for a log that nobody signs.
    init(log: LogStore, signer: CheckpointSigner? = nil, now: @escaping @Sendable () -> Instant = { .now }) {
        exports = ExportStore(log: log)
        self.signer = signer
        self.now = now
    }

    func register(on router: inout RPCRouter) {
        router.on(AuditMethods.exportLines) { filter, context, writer in
            try await self.export(filter, as: .ndjson, context) { try await writer.send($0) }
        }
        router.on(AuditMethods.exportTable) { filter, context, writer in
            try await self.export(filter, as: .csv, context) { try await writer.send($0) }
        }
    }

    func export(
        _ filter: AuditFilter, as format: ExportFormat, _ context: RPCContext, send: (CSVPart) async throws -> Void
    ) async throws {
        _ = try context.require(.readAudit)
        var search = try LogSearch(AuditQuery(filter, sort: "seq"))
        try enter()
        defer { open.withLock { $0 -= 1 } }

        let now = now()
        let terms = [FieldChange("format", before: nil, after: format.rawValue)] + filter.terms
        let event = Event.ofLog(EventType.auditExported, terms, at: now, context)
        let checkpoint = try await exports.begin(search, event, at: now)
        search.below = checkpoint.size
        // Now rather than within a second, so that the checkpoint covers all that is exported. A signer that refuses, or is at it
        // already, may leave the newest entries without a proof: better exported so than not at all.
        await signer?.sign()
        let signed = format == .ndjson ? try await exports.signed() : nil

        try await send(.head("audit-\(now.day.text).\(format.rawValue)"))
        var file = format.head()
        var entries = 0
        while let page = try await exports.page(search, signedSize: signed?.size ?? 0) {
            for line in page { file += try format.line(line) }
            entries += page.count
            search.after = page.last?.entry.seq
            try await Self.flush(&file, send)
        }
        file += try format.end(AuditExportEnd(checkpoint: checkpoint, entries: entries, signed: signed?.note))
        try await Self.flush(&file, send)
    }

    private func enter() throws(RPCFault) {
        let isFree = open.withLock { open in
            guard open < Self.openMax else { return false }
            open += 1
            return true
        }
        guard !isFree else { return }
        throw RPCFault(
            .resourceExhausted, "busy", "Others export the log; try again shortly.", retryAfterMilliseconds: 5000,
            isNotExecuted: true)
    }

    private static func flush(_ file: inout [UInt8], _ send: (CSVPart) async throws -> Void) async throws {
        for start in stride(from: 0, to: file.count, by: CSVPart.bytesMax) {
            try await send(.bytes(Data(file[start..<min(start + CSVPart.bytesMax, file.count)])))
        }
        file.removeAll(keepingCapacity: true)
    }
}
