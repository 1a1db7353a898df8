import Foundation
import Testing

@testable import Storage

@Suite(.timeLimit(.minutes(1)))
struct GzipTests {
    private func compressed(_ data: Data, in directory: String) throws -> (String, FileDigest) {
        let (source, target) = (directory + "/plain", directory + "/plain.gz")
        try data.write(to: URL(fileURLWithPath: source))
        let digests = try Gzip.compress(InputFile(source), [0..<Int64(data.count)], into: OutputFile(creating: target))
        #expect(try FileDigest(of: source) == digests.plain)
        #expect(try FileDigest(of: target) == digests.gzip)
        return (target, digests.plain)
    }

    private func expanded(_ path: String, bytesMax: Int64) throws -> Data {
        var data = Data()
        _ = try Gzip.expand(InputFile(path), bytesMax: bytesMax) { data.append(contentsOf: $0) }
        return data
    }

    @Test(arguments: [0, 1, Gzip.bufferBytes - 1, Gzip.bufferBytes, Gzip.bufferBytes + 1, 3_000_000])
    func whatWasCompressedComesBack(_ count: Int) async throws {
        try await withDirectory { directory in
            var generator = SystemRandomNumberGenerator()
            // Half of it compresses to nothing, half of it not at all.
            let data = Data((0..<count).map { $0 % 2000 < 1000 ? 7 : UInt8.random(in: 0...255, using: &generator) })
            let (path, _) = try compressed(data, in: directory)
            #expect(try expanded(path, bytesMax: Int64(count)) == data)
        }
    }

    @Test func moreBytesThanPromisedAreRefused() async throws {
        try await withDirectory { directory in
            let (path, _) = try compressed(Data(count: 10_000_000), in: directory)
            #expect(throws: BackupError.damaged(path: path, reason: "holds more than 1000000 bytes")) {
                try expanded(path, bytesMax: 1_000_000)
            }
        }
    }

    @Test func cutOrProlongedFileIsRefused() async throws {
        try await withDirectory { directory in
            let (path, _) = try compressed(Data(count: 1000), in: directory)
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            for (data, reason) in [
                (whole.dropLast(), "ends early"), (whole + [0], "goes on after its end"), (Data(), "ends early"),
                (Data("plain".utf8), "cannot be decompressed"),
            ] {
                try data.write(to: URL(fileURLWithPath: path))
                #expect(throws: BackupError.damaged(path: path, reason: reason)) {
                    try expanded(path, bytesMax: 1000)
                }
            }
        }
    }
}
