import Foundation
import Glibc
import Synchronization

/// One of the built executables as a child process, its output collected line by line.
final class Child: Sendable {
    private struct Output {
        var lines: [String] = []
        var errors = ""
        var partial = ""
        /// Of the two pipes.
        var open = 2

        mutating func take(_ text: String) {
            partial += text
            while let end = partial.firstIndex(of: "\n") {
                lines.append(String(partial[..<end]))
                partial = String(partial[partial.index(after: end)...])
            }
        }
    }

    private let process: Mutex<Process>
    private let output = Mutex(Output())
    let pid: pid_t

    init(_ name: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        let products = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: products).deletingLastPathComponent().appendingPathComponent(name)
        process.arguments = arguments
        process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { _, new in new }
        let out = Pipe()
        let errors = Pipe()
        process.standardOutput = out
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        try process.run()
        pid = process.processIdentifier
        self.process = Mutex(process)
        read(out) { $0.take($1) }
        read(errors) { $0.errors += $1 }
    }

    /// Hands over all that comes, until the child closes its end.
    private func read(_ pipe: Pipe, _ take: @escaping @Sendable (inout Output, String) -> Void) {
        pipe.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            self?.output.withLock {
                if data.isEmpty { $0.open -= 1 }
                take(&$0, String(decoding: data, as: UTF8.self))
            }
        }
    }

    /// Runs one to its end, at most a minute.
    static func run(
        of name: String = "ibpipeline", _ arguments: [String], environment: [String: String] = [:]
    ) async throws -> (code: Int32, output: String, errors: String) {
        let child = try Child(name, arguments, environment: environment)
        defer { child.kill() }
        let code = try await child.exitCode(within: .seconds(60))
        return (code, child.lines.joined(separator: "\n"), child.errorOutput)
    }

    var errorOutput: String { output.withLock(\.errors) }
    var lines: [String] { output.withLock(\.lines) }

    func line(startingWith prefix: String, within limit: Duration) async throws -> String {
        try await eventually("a line “\(prefix)…”", within: limit, orSay: { self.errorOutput }) {
            if let line = self.lines.first(where: { $0.hasPrefix(prefix) }) { return line }
            if !self.process.withLock({ $0.isRunning }) {
                throw Missing("ended before “\(prefix)”: \(self.errorOutput)")
            }
            return nil
        }
    }

    /// When it has ended and what it said was read.
    func exitCode(within limit: Duration) async throws -> Int32 {
        let code = try await eventually("the end of the process", within: limit, orSay: { self.errorOutput }) {
            self.process.withLock { $0.isRunning ? nil : $0.terminationStatus }
        }
        // Another child that was started at the same moment may hold an end of its pipes open.
        let isRead = { self.output.withLock { $0.open == 0 } }
        _ = try? await eventually("the end of its output", within: .seconds(2)) { isRead() ? true : nil }
        return code
    }

    func terminate() { process.withLock { if $0.isRunning { $0.terminate() } } }
    func kill() { process.withLock { if $0.isRunning { _ = Glibc.kill(pid, SIGKILL) } } }
}
