import Contracts
import Foundation

/// A row of a file, and the line on which it begins.
struct CSVRow: Sendable, Hashable {
    let line: Int
    let cells: [String]
}

/// Why a file is not read, and where.
struct CSVFault: Error, Hashable {
    let code: String
    let message: String
    let line: Int
    /// Of the row, the first is 1.
    let column: Int
}

/// Reads RFC 4180 strictly, piece by piece as the file comes: UTF-8 with or without a byte order mark, lines that end in
/// CR LF or LF, the same number of cells in every row. Empty lines are passed over.
struct CSVReader {
    static let cellBytesMax = 64 * 1024
    static let columnsMax = 200
    /// Of a whole row, so that any page of them can be answered.
    static let rowBytesMax = 256 * 1024

    private enum Place {
        case start, plain, quoted
        /// After a quote in a quoted cell: its end, or the first of two.
        case quote
        case carriageReturn
    }

    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed = UInt8(ascii: "\n")

    private let separator: UInt8
    /// The file's first bytes, until there are enough to tell a mark from text.
    private var head: [UInt8]? = []
    private var place = Place.start
    private var cell: [UInt8] = []
    private var isQuoted = false
    private var cells: [String] = []
    private var rowBytes = 0
    private var width: Int?
    private var line = 1
    private var rowLine = 1

    init(separator: UInt8 = UInt8(ascii: ",")) { self.separator = separator }

    /// - Parameter row: is given each row that is complete.
    /// - Throws: `CSVFault`, or what `row` throws. Nothing more can be read then.
    mutating func read(_ bytes: some Sequence<UInt8>, _ row: (CSVRow) throws -> Void) throws {
        for byte in bytes {
            guard head != nil else {
                try take(byte, row)
                continue
            }
            head?.append(byte)
            if head?.count == 3 { try readHead(row) }
        }
    }

    /// The file is over.
    mutating func end(_ row: (CSVRow) throws -> Void) throws {
        try readHead(row)
        switch place {
        case .quoted: throw fault("quote_open", "A quoted cell does not end.", line: rowLine)
        case .carriageReturn: throw fault("bare_cr", "A line ends in CR without LF.")
        case .start where cells.isEmpty: return
        case .start, .plain, .quote: try endRow(row)
        }
    }

    private mutating func readHead(_ row: (CSVRow) throws -> Void) throws {
        guard let held = head else { return }
        head = nil
        if held.starts(with: [0xFF, 0xFE]) || held.starts(with: [0xFE, 0xFF]) {
            throw fault("not_utf8", "The file is UTF-16; save it as UTF-8.")
        }
        for byte in held where held != CSVWriter.byteOrderMark { try take(byte, row) }
    }

    private mutating func take(_ byte: UInt8, _ row: (CSVRow) throws -> Void) throws {
        switch place {
        case .quoted:
            if byte == Self.quote {
                place = .quote
            } else {
                if byte == Self.lineFeed { line += 1 }
                try append(byte)
            }
        case .quote where byte == Self.quote:
            place = .quoted
            try append(byte)
        case .start where byte == Self.quote:
            (place, isQuoted) = (.quoted, true)
        case .carriageReturn:
            guard byte == Self.lineFeed else { throw fault("bare_cr", "A line ends in CR without LF.") }
            try endRow(row)
        case .start, .plain, .quote:
            switch byte {
            case separator: try endCell()
            case Self.lineFeed: try endRow(row)
            case UInt8(ascii: "\r"): place = .carriageReturn
            case Self.quote: throw fault("stray_quote", "A quote stands in a cell that does not begin with one.")
            default:
                guard place != .quote else { throw fault("text_after_quote", "Text follows the end of a quoted cell.") }
                place = .plain
                try append(byte)
            }
        }
    }

    private mutating func append(_ byte: UInt8) throws {
        guard cell.count < Self.cellBytesMax else {
            throw fault("cell_too_long", "A cell has at most \(Self.cellBytesMax) bytes.")
        }
        guard rowBytes < Self.rowBytesMax else {
            throw fault("row_too_long", "A row has at most \(Self.rowBytesMax) bytes.")
        }
        cell.append(byte)
        rowBytes += 1
    }

    private mutating func endCell() throws {
        guard let text = String(validating: cell, as: UTF8.self) else {
            throw fault("not_utf8", "The cell is not UTF-8; save the file as UTF-8.")
        }
        guard !cell.contains(0) else { throw fault("not_text", "The cell holds a NUL.") }
        guard cells.count < width ?? Self.columnsMax else { throw widthFault }
        cells.append(text)
        cell.removeAll(keepingCapacity: true)
        (place, isQuoted) = (.start, false)
    }

    private mutating func endRow(_ row: (CSVRow) throws -> Void) throws {
        let isEmptyLine = cells.isEmpty && cell.isEmpty && !isQuoted
        if !isEmptyLine {
            try endCell()
            guard cells.count == width ?? cells.count else { throw widthFault }
            width = cells.count
            try row(CSVRow(line: rowLine, cells: cells))
            cells.removeAll(keepingCapacity: true)
            rowBytes = 0
        }
        place = .start
        line += 1
        rowLine = line
    }

    private var widthFault: CSVFault {
        guard let width else { return fault("too_many_columns", "A row has at most \(Self.columnsMax) cells.") }
        return fault("wrong_width", "The row has not as many cells as the first one, which has \(width).")
    }

    private func fault(_ code: String, _ message: String, line: Int? = nil) -> CSVFault {
        CSVFault(code: code, message: message, line: line ?? self.line, column: cells.count + 1)
    }
}
