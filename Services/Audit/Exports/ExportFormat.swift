import Contracts
import Foundation
import RPC

/// How an export is written. Both forms end with the checkpoint of the tree, so that a file that was cut short shows it.
enum ExportFormat: String, Sendable {
    case ndjson, csv

    private static let columns = [
        "seq", "time", "type", "outcome", "actor.kind", "actor.id", "actor.session", "actor.address", "subject.kind",
        "subject.id", "subject.number", "version", "changes", "requestId", "traceId", "source", "sourceSeq",
        "recordedAt", "redactions", "leafHash",
    ]

    /// What stands before all entries.
    func head() -> [UInt8] {
        switch self {
        case .ndjson: []
        case .csv: TableRow(Self.columns.map { .text($0) }).bytes
        }
    }

    func line(_ line: AuditExportLine) throws -> [UInt8] {
        switch self {
        case .ndjson: return [UInt8](try StrictJSON.encode(line)) + [0x0A]
        case .csv: return TableRow(try Self.cells(line.entry)).bytes
        }
    }

    /// As a row the checkpoint has the type `checkpoint`; `seq` is the size of the tree and `leafHash` its root.
    func end(_ end: AuditExportEnd) throws -> [UInt8] {
        switch self {
        case .ndjson: return [UInt8](try StrictJSON.encode(end)) + [0x0A]
        case .csv:
            var cells = Self.columns.map { _ in TableRow.Cell.text("") }
            cells[0] = .number(end.checkpoint.size)
            cells[2] = .text("checkpoint")
            cells[cells.count - 1] = .text(end.checkpoint.root)
            return TableRow(cells).bytes
        }
    }

    private static func cells(_ entry: AuditEntry) throws -> [TableRow.Cell] {
        [
            .number(entry.seq), .text(entry.time.text), .text(entry.type), .text(entry.outcome.rawValue),
            .text(entry.actor.kind), .text(entry.actor.id), .text(entry.actor.session?.text ?? ""),
            .text(entry.actor.address ?? ""), .text(entry.subject.kind), .text(entry.subject.id),
            .text(entry.subject.number ?? ""), .number(entry.version),
            .text(String(decoding: try StrictJSON.encode(entry.changes), as: UTF8.self)),
            .text(entry.requestId ?? ""), .text(entry.traceId ?? ""), .text(entry.source), .number(entry.sourceSeq),
            .text(entry.recordedAt.text),
            .text(try entry.redactions.map { String(decoding: try StrictJSON.encode($0), as: UTF8.self) } ?? ""),
            .text(entry.leafHash),
        ]
    }
}
