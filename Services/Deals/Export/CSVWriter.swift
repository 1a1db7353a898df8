import Foundation

/// What stands in one place of a table.
enum CSVCell: Sendable, Hashable {
    case empty
    /// Written as it is: digits, a sign, a point.
    case number(String)
    /// Written so that no spreadsheet takes it for a formula.
    case text(String)
}

/// Rows as RFC 4180 has them: commas, lines that end in CR LF, quotes where they are needed.
struct CSVWriter {
    static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private(set) var bytes: [UInt8] = []

    mutating func row(_ cells: [CSVCell]) {
        for (index, cell) in cells.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            switch cell {
            // A row of one empty cell would be an empty line, which is no row.
            case .empty: if cells.count == 1 { bytes += "\"\"".utf8 }
            case .number(let digits): bytes += digits.utf8
            case .text(let text): write(FormulaText.guarded(text), isAlone: cells.count == 1)
            }
        }
        bytes += "\r\n".utf8
    }

    /// All that was written, and begins anew.
    mutating func take() -> Data {
        defer { bytes.removeAll(keepingCapacity: true) }
        return Data(bytes)
    }

    private mutating func write(_ text: String, isAlone: Bool) {
        let wantsQuotes = text.utf8.contains { byte in
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == 0x0A || byte == 0x0D
        }
        guard wantsQuotes || (isAlone && text.isEmpty) else {
            bytes += text.utf8
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

/// Text that a spreadsheet would take for a formula gets an apostrophe in front, and loses it when it is read again. A
/// text that begins with apostrophes and then so gets one more: what is read is always what was written.
enum FormulaText {
    static func guarded(_ text: String) -> String { isActive(text) ? "'" + text : text }

    static func unguarded(_ text: String) -> String {
        text.utf8.first == UInt8(ascii: "'") && isActive(text) ? String(text.unicodeScalars.dropFirst()) : text
    }

    private static func isActive(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first(where: { $0 != "'" }) else { return false }
        switch first {
        case "=", "+", "-", "@", "\t", "\r", "\n": return true
        // The same signs in full width, which some spreadsheets read alike.
        case "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}": return true
        default: return false
        }
    }
}

extension CSVCell {
    /// A cell as somebody else wrote it: what is plainly a number stays one, all other is text.
    init(asWritten text: String) {
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        let isNumber =
            digits.first.map(Self.isDigit) == true
            && digits.allSatisfy { Self.isDigit($0) || $0 == UInt8(ascii: ".") }
        self = text.isEmpty ? .empty : isNumber ? .number(text) : .text(text)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
