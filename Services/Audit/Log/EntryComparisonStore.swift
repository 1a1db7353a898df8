import Contracts
import Foundation
import GRDB
import Storage
import TransparencyLog

/// Compares the columns beside an entry's bytes, by which it is searched, and its personal values with what the bytes say.
struct EntryComparison {
    static let allEntries = """
        SELECT e.seq, bytes, source, source_seq, time_ms, event_id, type, actor_id, subject_id, subject_number,
            subject_kind, request_id, trace_id, outcome
        FROM entry e LEFT JOIN facet f ON f.seq = e.seq ORDER BY e.seq
        """

    private static let texts: [(column: Int32, field: EntryScan.Field)] = [
        (2, .source), (5, .id), (6, .type), (7, .actorID), (8, .subjectID), (9, .subjectNumber), (10, .subjectKind),
        (11, .requestID), (12, .traceID),
    ]
    private static let outcomeColumn: Int32 = 13

    private var values: StoredValues
    private var scan = EntryScan()

    init(_ db: Database) throws { values = try StoredValues(db) }

    /// Nil for values that the schema would have refused, as a damaged file may hold them.
    mutating func entry(_ row: RawRow) throws -> StoredEntry? {
        let (bytes, source) = (row.bytes(1), row.bytes(2))
        guard let seq = row.integer(0), (0..<StoredHashIndex.leavesMax).contains(seq), !bytes.isEmpty,
            let sourceSeq = row.integer(3)
        else { return nil }
        let isEntry = scan.read(bytes)
        let found = try values.compare(with: scan, of: bytes, at: seq)
        return StoredEntry(
            seq: seq, leaf: .leaf(bytes), source: String(decoding: source, as: UTF8.self), sourceSeq: sourceSeq,
            columnsFit: isEntry && columnsFit(row, bytes), areValuesThere: found.areThere,
            areValuesRight: found.areRight)
    }

    private func columnsFit(_ row: RawRow, _ bytes: UnsafeRawBufferPointer) -> Bool {
        for (column, field) in Self.texts {
            switch scan[field] {
            case nil: guard row.isNull(column) else { return false }
            case let place?:
                guard !row.isNull(column), Self.isText(bytes[place], of: row.bytes(column)) else { return false }
            }
        }
        guard let sourceSeq = row.integer(3), let number = scan[.sourceSeq],
            bytes[number].isSame(as: String(sourceSeq)), let time = row.integer(4), let text = scan[.time],
            bytes[text].isSame(as: Instant(milliseconds: time).text)
        else { return false }
        // Entries from before say nothing of it.
        guard let outcome = scan[.outcome] else { return true }
        return bytes[outcome].isSame(as: row.bytes(Self.outcomeColumn))
    }

    /// Whether what stands between the quotes of a JSON string is this text.
    private static func isText(
        _ quoted: UnsafeRawBufferPointer.SubSequence, of text: UnsafeRawBufferPointer
    ) -> Bool {
        guard quoted.contains(UInt8(ascii: "\\")) else { return quoted.isSame(as: text) }
        var escaped: [UInt8] = []
        escaped.append(jsonEscaped: String(decoding: text, as: UTF8.self))
        return escaped.withUnsafeBytes { quoted.isSame(as: $0) }
    }
}

extension UnsafeRawBufferPointer.SubSequence {
    func isSame(as other: UnsafeRawBufferPointer) -> Bool {
        let own = UnsafeRawBufferPointer(rebasing: self)
        guard own.count == other.count else { return false }
        guard let first = own.baseAddress, let second = other.baseAddress else { return true }
        return memcmp(first, second, own.count) == 0
    }

    fileprivate func isSame(as text: String) -> Bool {
        var text = text
        return text.withUTF8 { isSame(as: UnsafeRawBufferPointer($0)) }
    }
}
