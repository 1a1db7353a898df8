import Contracts
import Foundation
import RPC

/// Takes an uploaded file apart: what was one file on the disk are rows in the database then.
struct ImportReading {
    private static let nameScalarsMax = 200

    let desk: ImportDesk
    let record: ImportRecord

    private var id: UUID { record.job.id }

    func read() async throws {
        let head = ContentHead(
            fileName: record.job.fileName, mediaType: "text/csv", size: record.job.size, sha256: record.sha256)
        do {
            let file = try await desk.shelf.open(id, as: head)
            let (columns, rows) = try await rows(of: file)
            try await desk.work.wasRead(id, columns: columns, rows: rows, at: desk.now())
        } catch let fault as CSVFault {
            try await desk.work.cannotBeRead(id, ImportFault(fault), at: desk.now())
        }
        try await desk.shelf.remove(ShelfFile(id: id, isPart: false))
    }

    private func rows(of file: DocumentFile) async throws -> (columns: [String], count: Int) {
        var reader = CSVReader(separator: record.job.separator.byte)
        var columns: [String]?
        var waiting: [CSVRow] = []
        var count = 0
        func take(_ row: CSVRow) throws {
            if columns == nil { columns = try Self.columns(row) } else { waiting.append(row) }
        }
        func flush(_ least: Int) async throws {
            while waiting.count >= least, !waiting.isEmpty {
                let batch = Array(waiting.prefix(ImportWorkStore.batchRows))
                waiting.removeFirst(batch.count)
                guard count + batch.count <= ImportRules.rowsMax else { throw Self.tooManyRows(batch) }
                try await desk.work.write(batch, from: count + 1, of: id)
                count += batch.count
            }
        }
        var offset: Int64 = 0
        while offset < record.job.size {
            let bytes = try await desk.shelf.read(file, at: offset, of: record.job.size)
            offset += Int64(bytes.count)
            try reader.read(bytes, take)
            try await flush(ImportWorkStore.batchRows)
        }
        try reader.end(take)
        try await flush(1)
        guard let names = columns, count > 0 else {
            throw CSVFault(
                code: "no_rows", message: "The file has no row under the names of its columns.", line: 1, column: 1)
        }
        return (names, count)
    }

    private static func columns(_ row: CSVRow) throws(CSVFault) -> [String] {
        let names = row.cells.map { FormulaText.unguarded($0).trimmed }
        for (index, name) in names.enumerated() {
            func fault(_ code: String, _ message: String) -> CSVFault {
                CSVFault(code: code, message: message, line: row.line, column: index + 1)
            }
            if name.isEmpty { throw fault("column_unnamed", "A column has no name.") }
            if name.unicodeScalars.count > nameScalarsMax {
                throw fault("column_name_too_long", "A column's name has at most \(nameScalarsMax) characters.")
            }
            if names[..<index].contains(name) { throw fault("column_repeated", "Two columns have the same name.") }
        }
        return names
    }

    private static func tooManyRows(_ batch: [CSVRow]) -> CSVFault {
        CSVFault(
            code: "too_many_rows", message: "A file has at most \(ImportRules.rowsMax) rows; divide it.",
            line: batch.first?.line ?? 1, column: 1)
    }
}

extension ImportSeparator {
    var byte: UInt8 {
        switch self {
        case .comma: UInt8(ascii: ",")
        case .semicolon: UInt8(ascii: ";")
        case .tab: UInt8(ascii: "\t")
        }
    }
}

extension ImportFault {
    fileprivate init(_ fault: CSVFault) {
        self.init(code: fault.code, message: fault.message, line: fault.line, column: fault.column)
    }
}
