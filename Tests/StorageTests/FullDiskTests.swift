import Foundation
import Testing

/// A process of its own whose files cannot grow: the limit holds for all of a process, so it cannot be this one.
@Suite(.timeLimit(.minutes(2)))
struct FullDiskTests {
    private struct Report: Decodable {
        var error: String
        var acknowledged, refusedAtOnce, keptWhileFull, outagesTold, writesAfterwards, kept: Int
        var wasWritableWhileFull: Bool
        var integrity: String
    }

    private func probe(_ arguments: [String]) async throws -> Data {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: own).deletingLastPathComponent()
            .appendingPathComponent("storage-probe")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in ended.resume() }
            do {
                try process.run()
                // A store that does not recover is a failure, not an endless test.
                DispatchQueue.global().asyncAfter(deadline: .now() + 60) { kill(process.processIdentifier, SIGKILL) }
            } catch {
                process.terminationHandler = nil
                ended.resume(throwing: error)
            }
        }
        // One line, which the pipe holds.
        return try output.fileHandleForReading.readToEnd() ?? Data()
    }

    @Test func fullDiskLosesNothingAcknowledgedAndTheStoreRecoversByItself() async throws {
        try await withDirectory { directory in
            let output = try await probe(["full", "--directory", directory])
            let report = try JSONDecoder().decode(Report.self, from: output)
            #expect(report.error.contains(directory + "/probe.sqlite"), "\(report.error)")
            #expect(report.acknowledged >= 50)
            #expect(report.keptWhileFull == report.acknowledged)
            #expect(!report.wasWritableWhileFull)
            #expect(report.refusedAtOnce == 20)
            #expect(report.outagesTold == 1)
            #expect(report.writesAfterwards == 10)
            #expect(report.kept == report.acknowledged + 10)
            #expect(report.integrity == "ok")
        }
    }
}
