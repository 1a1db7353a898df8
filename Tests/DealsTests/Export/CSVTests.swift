import Contracts
import Foundation
import Testing

@testable import deals

struct CSVTests {
    private static func written(_ rows: [[CSVCell]]) -> String {
        var file = CSVWriter()
        for row in rows { file.row(row) }
        return String(decoding: file.take(), as: UTF8.self)
    }

    private static func fault(_ text: String, separator: UInt8 = UInt8(ascii: ",")) -> CSVFault? {
        #expect(throws: CSVFault.self) { try Self.read(Array(text.utf8), separator: separator) }
    }

    private static func read(
        _ bytes: [UInt8], piece: Int = .max, separator: UInt8 = UInt8(ascii: ",")
    ) throws -> [CSVRow] {
        var rows: [CSVRow] = []
        var reader = CSVReader(separator: separator)
        for start in stride(from: 0, to: bytes.count, by: min(piece, max(1, bytes.count))) {
            try reader.read(bytes[start..<min(start + min(piece, bytes.count), bytes.count)]) { rows.append($0) }
        }
        try reader.end { rows.append($0) }
        return rows
    }

    @Test(arguments: [
        ("=1+1", "'=1+1"), ("+49 30", "'+49 30"), ("-5", "'-5"), ("@SUM(A1)", "'@SUM(A1)"), ("\tx", "'\tx"),
        ("\rx", "\"'\rx\""), ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"), ("'=x", "''=x"), ("''-", "'''-"),
        ("＝1", "'＝1"), ("'quoted'", "'quoted'"), ("a=b", "a=b"), ("", ""), ("'", "'"),
    ])
    func noTextIsAFormula(_ text: String, _ written: String) {
        #expect(Self.written([[.text("x"), .text(text)]]) == "x,\(written)\r\n")
        #expect(FormulaText.unguarded(FormulaText.guarded(text)) == text)
    }

    @Test func numbersStayNumbers() {
        #expect(
            Self.written([[.number("-12.50"), .empty, .text("a,b"), .text("a\"b")]]) == "-12.50,,\"a,b\",\"a\"\"b\"\r\n"
        )
        #expect(CSVCell(asWritten: "-12.50") == .number("-12.50"))
        for text in ["-1+1", "-", "-.5", "--1", "1e5", "-1 "] { #expect(CSVCell(asWritten: text) == .text(text)) }
    }

    @Test func rowsOfOneEmptyCellAreRows() throws {
        let text = Self.written([[.text("name")], [.empty], [.text("")], [.text("x")]])
        #expect(try Self.read(Array(text.utf8)).map(\.cells) == [["name"], [""], [""], ["x"]])
    }

    private static let alphabet = [
        "a", "\"", ",", "\r", "\n", "'", "=", "-", "+", "@", "\t", ";", " ", "ß", "😀", "＝", "1", ".",
    ]

    private static func text(_ random: inout SeededRandom) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...6, using: &random) { text += alphabet.randomElement(using: &random) ?? "" }
        return text
    }

    /// Whatever is written is read again, wherever the file is cut into pieces.
    @Test func whatIsWrittenIsRead() throws {
        var random = SeededRandom(state: 11)
        for _ in 0..<300 {
            let width = Int.random(in: 1...4, using: &random)
            var table: [[String]] = []
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                var row: [String] = []
                for _ in 0..<width { row.append(Self.text(&random)) }
                table.append(row)
            }
            let text = Self.written(table.map { $0.map(CSVCell.text) })
            let piece = Int.random(in: 1...7, using: &random)
            let rows = try Self.read(Array(text.utf8), piece: piece)
            #expect(rows.map { $0.cells.map(FormulaText.unguarded) } == table)
            for cell in rows.flatMap(\.cells) {
                #expect(!["=", "+", "-", "@", "\t", "\r", "＝"].contains { cell.hasPrefix($0) })
            }
        }
    }

    @Test func linesMayEndEitherWayAndBegoneWithAMark() throws {
        let text = "\u{FEFF}a,b\r\n\n1,\"2\n3\"\n\r\n4,5"
        let rows = try Self.read(Array(text.utf8), piece: 1)
        #expect(rows.map(\.cells) == [["a", "b"], ["1", "2\n3"], ["4", "5"]])
        #expect(rows.map(\.line) == [1, 3, 6])
        #expect(try Self.read([]).isEmpty)
        #expect(try Self.read(Array("a".utf8)).map(\.cells) == [["a"]])
        #expect(try Self.read(Array("a;b".utf8), separator: UInt8(ascii: ";")).map(\.cells) == [["a", "b"]])
    }

    @Test(arguments: [
        ("a,b\r\n1\r\n", "wrong_width", 2, 2), ("a,b\n1,2,3\n", "wrong_width", 2, 3),
        ("a\nb\"c\n", "stray_quote", 2, 1),
        ("a,b\n1,\"x\"y\n", "text_after_quote", 2, 2), ("a\n\n\"x\ny", "quote_open", 3, 1), ("a\rb\n", "bare_cr", 1, 1),
        ("a\n\u{0}\n", "not_text", 2, 1),
    ])
    func whatIsWrongIsFound(_ text: String, _ code: String, _ line: Int, _ column: Int) {
        let fault = Self.fault(text)
        #expect(fault?.code == code)
        #expect(fault?.line == line)
        #expect(fault?.column == column)
    }

    @Test func aFileIsUTF8AndItsCellsEnd() {
        let utf16: [UInt8] = [0xFF, 0xFE, 0x61, 0x00]
        #expect(throws: CSVFault.self) { try Self.read(utf16) }
        #expect(throws: CSVFault.self) { try Self.read([0x61, 0x0A, 0xFF, 0x0A]) }
        #expect(Self.fault(String(repeating: "x", count: CSVReader.cellBytesMax + 1))?.code == "cell_too_long")
        #expect(Self.fault(String(repeating: ",", count: CSVReader.columnsMax))?.code == "too_many_columns")
    }
}
