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
