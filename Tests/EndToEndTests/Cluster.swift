import Glibc
import Foundation
import Synchronization
import Testing

/// A real cluster: `ibpipeline up` as an operator runs it, on a free port, in a directory of its own.
final class Cluster: Sendable {
    let url: String
    let directory: URL
    private let process: Child

    private init(url: String, directory: URL, process: Child) {
        self.url = url
        self.directory = directory
        self.process = process
    }

    /// Starts one, runs the body, stops it with SIGTERM and expects the clean exit code.
    static func with<T>(
        _ arguments: [String] = [], environment: [String: String] = [:], directory: URL? = nil,
        ready: String = "ready ",
        _ body: (Cluster) async throws -> T
    ) async throws -> T {
        await Places.shared.take()
        defer { Places.shared.giveBack() }
        let place = directory ?? temporaryDirectory()
        defer { if directory == nil { try? FileManager.default.removeItem(at: place) } }
        let child = try Child(
            "ibpipeline", ["up", "--data-dir", place.path, "--listen", "127.0.0.1:0"] + arguments,
            environment: environment)
        defer { child.kill() }
        let line = try await child.line(startingWith: "ready ", within: .seconds(30))
        if ready != "ready " { _ = try await child.line(startingWith: ready, within: .seconds(60)) }
        let result = try await body(
            Cluster(url: String(line.dropFirst("ready ".count)), directory: place, process: child))
        child.terminate()
        #expect(try await child.exitCode(within: .seconds(30)) == 0, "\(child.errorOutput.suffix(2000))")
        return result
    }

    static func temporaryDirectory() -> URL {
        FileManager.default.temporaryDirectory.appendingPathComponent(
            "ibp-\(UUID().uuidString.prefix(8))", isDirectory: true)
    }

    /// The process id of one service of this cluster.
    func pid(of service: String) throws -> pid_t {
        for entry in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
            guard let pid = pid_t(entry), let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
            else { continue }
            // pid (comm) state ppid …
            let fields = stat.split(separator: " ")
            if fields.count > 3, fields[1] == "(\(service))", pid_t(fields[3]) == process.pid { return pid }
        }
        throw Missing("no process \(service)")
    }

    var log: String { process.errorOutput }
}

/// So many clusters run at a time: each is six processes, and all want the machine at their start.
private final class Places: Sendable {
    static let shared = Places()

    private struct Standing {
        var free = 3
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let standing = Mutex(Standing())

    func take() async {
        await withCheckedContinuation { continuation in
            let isFree = standing.withLock { standing in
                guard standing.free == 0 else {
                    standing.free -= 1
                    return true
                }
                standing.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func giveBack() {
        let next = standing.withLock { standing -> CheckedContinuation<Void, Never>? in
            guard standing.waiting.isEmpty else { return standing.waiting.removeFirst() }
            standing.free += 1
            return nil
        }
        next?.resume()
    }
}

struct Missing: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// One of the built executables as a child process, its output collected line by line.
final class Child: Sendable {
    private struct Output {
        var lines: [String] = []
        var errors = ""
        var partial = ""
        /// Of the two pipes.
        var open = 2
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
        out.fileHandleForReading.readabilityHandler = { [weak self] in self?.take($0.availableData, $0) }
        errors.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            self?.output.withLock {
                if data.isEmpty { $0.open -= 1 }
                $0.errors += String(decoding: data, as: UTF8.self)
            }
        }
    }

    private func take(_ data: Data, _ handle: FileHandle) {
        if data.isEmpty { handle.readabilityHandler = nil }
        output.withLock {
            if data.isEmpty { $0.open -= 1 }
            $0.partial += String(decoding: data, as: UTF8.self)
            while let end = $0.partial.firstIndex(of: "\n") {
                $0.lines.append(String($0.partial[..<end]))
                $0.partial = String($0.partial[$0.partial.index(after: end)...])
            }
        }
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

/// Asks again every 20 ms until there is an answer; what is awaited happens in another process and tells nobody.
func eventually<T>(
    _ what: String, within limit: Duration = .seconds(20), orSay context: () -> String = { "" },
    _ ask: () async throws -> T?
) async throws -> T {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if let answer = try await ask() { return answer }
        try await Task.sleep(for: .milliseconds(20))
    }
    throw Missing("\(what) did not come within \(limit). \(context())")
}
