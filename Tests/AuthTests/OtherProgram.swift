import Foundation
import Subprocess
import SystemPackage
import Testing

/// A program of the machine that knows a standard as well as we should.
struct OtherProgram: Sendable {
    private static let outputBytesMax = 64 * 1024

    private let path: String?

    init(_ name: String) {
        path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    var isThere: Bool { path != nil }

    /// What it prints.
    func run(_ arguments: [String]) async throws -> String {
        let path = try #require(path)
        let result = try await Subprocess.run(
            .path(FilePath(path)), arguments: Arguments(arguments),
            workingDirectory: FilePath(FileManager.default.temporaryDirectory.path),
            output: .string(limit: Self.outputBytesMax), error: .discarded)
        return result.standardOutput.trimmingCharacters(in: .newlines)
    }
}
