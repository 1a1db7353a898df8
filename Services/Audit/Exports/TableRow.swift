/// A row as RFC 4180 has it, whose texts no spreadsheet takes for formulas: one that begins so gets an apostrophe in front.
struct TableRow: Sendable {
    enum Cell: Sendable, Hashable {
        case number(Int64)
        case text(String)
    }

    let bytes: [UInt8]

    init(_ cells: [Cell]) {
        var out: [UInt8] = []
        for (index, cell) in cells.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            switch cell {
            case .number(let number): out += String(number).utf8
            case .text(let text): Self.write(Self.isFormula(text) ? "'" + text : text, to: &out)
            }
        }
        out += "\r\n".utf8
        bytes = out
    }

    private static func write(_ text: String, to out: inout [UInt8]) {
        let wantsQuotes = text.utf8.contains { byte in
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == 0x0A || byte == 0x0D
        }
        guard wantsQuotes else {
            out += text.utf8
            return
        }
        out.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { out.append(byte) }
            out.append(byte)
        }
        out.append(UInt8(ascii: "\""))
    }

    /// Also behind apostrophes, so that what is read again is what was written; the same signs in full width, too.
    private static func isFormula(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first(where: { $0 != "'" }) else { return false }
        switch first {
        case "=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}": return true
        default: return false
        }
    }
}
