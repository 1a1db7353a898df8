import Crypto
import Foundation
import Testing

@testable import auth

private let zbarimg = OtherProgram("zbarimg")

/// As many bytes as the version holds, or fewer.
private func text(_ count: Int) -> String {
    String((0..<count).map { Character(UnicodeScalar(UInt8(33 + $0 * 7 % 90))) })
}

struct ReedSolomonTests {
    /// ISO/IEC 18004 annex I: `01234567` in a code of version 1-M.
    @Test func exampleOfTheStandard() {
        let data: [UInt8] = [0x10, 0x20, 0x0C, 0x56, 0x61, 0x80] + (0..<5).flatMap { _ in [0xEC, 0x11] as [UInt8] }
        #expect(
            ReedSolomon(checkSymbols: 10).check(data)
                == [0xA5, 0x24, 0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55])
    }

    @Test func nothingNeedsNoMending() {
        #expect(ReedSolomon(checkSymbols: 26).check(Array(repeating: 0, count: 43)) == Array(repeating: 0, count: 26))
    }
}

struct QRVersionTests {
    @Test func sizesAreThoseOfTheTables() {
        #expect(QRVersion.all.map(\.number) == Array(1...10))
        #expect(QRVersion.all.map(\.side) == [21, 25, 29, 33, 37, 41, 45, 49, 53, 57])
        #expect(QRVersion.all.map(\.codewords) == [26, 44, 70, 100, 134, 172, 196, 242, 292, 346])
        #expect(QRVersion.all.map(\.dataCodewords) == [16, 28, 44, 64, 86, 108, 124, 154, 182, 216])
        #expect(QRVersion.all.map(\.bytesMax) == [14, 26, 42, 62, 84, 106, 122, 152, 180, 213])
    }

    @Test func smallestOneIsTaken() {
        for version in QRVersion.all {
            #expect(QRCode(text(version.bytesMax).utf8)?.version == version)
            #expect(QRCode(text(version.bytesMax + 1).utf8)?.version.number != version.number)
        }
        #expect(QRCode(text(QRCode.bytesMax + 1).utf8) == nil)
    }

    @Test func oneByteIsFollowedByItsEndAndPadding() {
        let data = QRCodewords.data("A".utf8, QRVersion.all[0])
        #expect(data.prefix(5) == [0x40, 0x14, 0x10, 0xEC, 0x11])
        #expect(data.count == 16)
    }

    @Test func blocksAreDealtOutInTurn() {
        // Version 8 has two blocks of 38 bytes and two of 39.
        let version = QRVersion.all[7]
        let bytes = Array(text(version.bytesMax).utf8)
        let data = QRCodewords.data(bytes, version)
        let codewords = QRCodewords.of(bytes, version)
        #expect(codewords.count == version.codewords)
        #expect(codewords.prefix(5) == [data[0], data[38], data[76], data[115], data[1]])
        #expect(codewords[148..<154] == [data[37], data[75], data[113], data[152], data[114], data[153]])
        let check = ReedSolomon(checkSymbols: 22).check(data[115..<154])
        #expect(codewords[157] == check[0])
    }
}

struct QRInformationTests {
    /// ISO/IEC 18004 annex C, level M.
    @Test func formatIsThatOfTheTable() {
        #expect(
            QRMask.all.map(QRInformation.format) == [
                0b101_0100_0001_0010, 0b101_0001_0010_0101, 0b101_1110_0111_1100, 0b101_1011_0100_1011,
                0b100_0101_1111_1001, 0b100_0000_1100_1110, 0b100_1111_1001_0111, 0b100_1010_1010_0000,
            ])
    }

    /// ISO/IEC 18004 annex D.
    @Test func versionIsThatOfTheTable() {
        #expect(QRVersion.all[6...].map(QRInformation.version) == [0x07C94, 0x085BC, 0x09A99, 0x0A4D3])
    }
}

struct QRPenaltyTests {
    private func line(_ text: String) -> [Bool] { text.map { $0 == "#" } }

    @Test func runsCountFromFiveOn() {
        for (text, points) in [("####.####", 0), ("#####", 3), (".......", 5), ("#####.....#", 6)] {
            #expect(QRPenalty.runs(line(text)) == points)
        }
    }

    @Test func likenessesOfTheFinderCount() {
        for (text, points) in [
            ("#.###.#....", 40), ("....#.###.#", 40), ("....#.###.#....", 80), ("#.###.#...#", 0), ("#.###.#", 0),
        ] {
            #expect(QRPenalty.likenesses(line(text)) == points)
        }
    }

    @Test func squaresAndImbalanceCount() {
        #expect(QRPenalty.squares([line("##."), line("##."), line("##.")]) == 6)
        #expect(QRPenalty.squares([line("#."), line(".#")]) == 0)
        #expect(QRPenalty.imbalance([line("#."), line(".#")]) == 0)
        #expect(QRPenalty.imbalance([line("###.......")]) == 40)
        #expect(QRPenalty.imbalance([line("######....")]) == 20)
    }

    @Test func maskWithTheFewestPointsIsTaken() throws {
        for count in [10, 100, 213] {
            let chosen = try #require(QRCode(text(count).utf8))
            let points = QRMask.all.compactMap { QRCode(text(count).utf8, mask: $0) }.map { QRPenalty.of($0.modules) }
            #expect(points.count == 8)
            #expect(QRPenalty.of(chosen.modules) == points.min())
        }
    }
}

struct QRPictureTests {
    /// The picture's path, drawn again.
    private func dark(_ svg: String) -> Set<[Int]> {
        var dark: Set<[Int]> = []
        for run in svg.matches(of: /M(\d+) (\d+)h(\d+)v1h-\d+z/) {
            guard let x = Int(run.1), let y = Int(run.2), let length = Int(run.3) else { continue }
            for offset in 0..<length { dark.insert([x + offset, y]) }
        }
        return dark
    }

    @Test func pictureShowsTheModulesInAQuietZone() throws {
        let code = try #require(QRCode(text(100).utf8))
        let side = code.modules.side
        #expect(
            code.svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(side + 8) \(side + 8)\" "))
        #expect(code.svg.contains("shape-rendering=\"crispEdges\""))
        var expected: Set<[Int]> = []
        for y in 0..<side {
            for x in 0..<side where code.modules.isDark(x: x, y: y) { expected.insert([x + 4, y + 4]) }
        }
        #expect(dark(code.svg) == expected)
    }

    @Test func pictureIsAnXMLDocumentThatReachesForNothing() throws {
        let svg = try #require(QRCode(text(213).utf8)).svg
        for word in ["script", "style", "href", "url(", "<!", "data:"] { #expect(!svg.contains(word), "\(word)") }
        #expect(svg.components(separatedBy: "<path").count == 2)
        #expect(svg.utf8.count < 32_768)
    }

    /// Version 1 as a scanner has read it (zbar 0.23).
    @Test func smallestCodeLooksAsItShould() throws {
        let code = try #require(QRCode("IBPipeline".utf8))
        let rows = (0..<21).map { y in (0..<21).map { code.modules.isDark(x: $0, y: y) ? "#" : "." }.joined() }
        #expect(rows.joined(separator: "\n") == golden)
    }

    private let golden = """
        #######.....#.#######
        #.....#...#...#.....#
        #.###.#.##.##.#.###.#
        #.###.#.##..#.#.###.#
        #.###.#.##.##.#.###.#
        #.....#.#.#.#.#.....#
        #######.#.#.#.#######
        ........#..##........
        #.#####..##.#.#####..
        #...#....##.#.###.#..
        .##.######.#.#.....#.
        ..#..#....#..#.#.###.
        .#.####...##..#.###.#
        ........#..######.#..
        #######.....#.#...##.
        #.....#.#.####...##.#
        #.###.#.#.#.#.#.....#
        #.###.#.###.##.##....
        #.###.#.##.#.#...##..
        #.....#..#.....#.##..
        #######.####...#.#.#.
        """

    /// The pictures that a scanner has read, one of each version (zbar 0.23).
    @Test func picturesOfAllVersionsStayAsTheyWereRead() throws {
        let digests = try QRVersion.all.map { version in
            let svg = try #require(QRCode(text(version.bytesMax).utf8)).svg
            return SHA256.hash(data: Data(svg.utf8)).prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        #expect(
            digests == [
                0x8793_E923, 0x4560_E00F, 0xC17F_F748, 0x5CCB_EB6D, 0x397A_6F54, 0x0BC7_0AFE,
                0x5892_4729, 0x7807_863A, 0x0D93_90F9, 0xCF3C_B1CA,
            ])
    }
}

@Suite(.enabled(if: zbarimg.isThere, "there is no zbarimg in PATH"))
struct QRScanTests {
    /// A grey picture (Netpbm) with four pixels to the module.
    private func picture(_ code: QRCode) -> Data {
        let scale = 4
        let quiet = QRCode.quietZone
        let side = code.modules.side + 2 * quiet
        var picture = Data("P5 \(side * scale) \(side * scale) 255\n".utf8)
        for y in 0..<(side * scale) {
            for x in 0..<(side * scale) {
                let (column, row) = (x / scale - quiet, y / scale - quiet)
                let inside = (0..<code.modules.side).contains(column) && (0..<code.modules.side).contains(row)
                picture.append(inside && code.modules.isDark(x: column, y: row) ? 0 : 255)
            }
        }
        return picture
    }

    private func read(_ code: QRCode) async throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "ibp-qr-\(UUID().uuidString).pgm")
        defer { try? FileManager.default.removeItem(at: file) }
        try picture(code).write(to: file)
        return try await zbarimg.run(["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", file.path()])
    }

    @Test(arguments: QRVersion.all) func scannerReadsEveryVersion(_ version: QRVersion) async throws {
        for count in [version.bytesMax, version.bytesMax - 3] {
            let code = try #require(QRCode(text(count).utf8))
            #expect(code.version == version)
            #expect(try await read(code) == text(count))
        }
    }

    @Test(arguments: QRMask.all) func scannerReadsEveryMask(_ mask: QRMask) async throws {
        let code = try #require(QRCode(text(120).utf8, mask: mask))
        #expect(try await read(code) == text(120))
    }

    @Test func scannerReadsWhatAnAppIsShown() async throws {
        let uri = AuthenticatorURI(TOTP(), email: "ada.lovelace@bank.example").text
        #expect(try await read(try #require(QRCode(uri.utf8))) == uri)
    }
}
