import Dispatch
import Foundation
import Metrics
import ServiceKit
import Synchronization

/// One line of JSON per request, written by a thread of its own so that a slow disk or pipe holds no request up. Lines
/// wait in memory, `bytesMax` at most; beyond it they are dropped and counted.
///
/// Nothing in it is secret: the path without its query and without what is longer than an id, never a header or a body.
final class AccessLog: Sendable {
    static let bytesMax = 4 * 1024 * 1024
    private static let flushEvery = Duration.milliseconds(200)

    private struct Waiting {
        var lines: [UInt8] = []
        var dropped = 0
    }

    private let waiting = Mutex(Waiting())
    private let file: FileHandle
    private let droppedLines = Counter(label: "ibp_access_log_dropped_total")

    init(_ file: FileHandle) { self.file = file }

    /// Lines are appended to a file that is there.
    /// - Returns: nil when nobody wants a log.
    /// - Throws: `SettingsError` when the file cannot be written.
    static func open(_ target: GatewaySettings.AccessLogTarget) throws -> AccessLog? {
        switch target {
        case .off: return nil
        case .standardOutput: return AccessLog(.standardOutput)
        case .file(let path):
            guard
                FileManager.default.fileExists(atPath: path)
                    || FileManager.default.createFile(
                        atPath: path, contents: nil, attributes: [.posixPermissions: 0o640]),
                let file = FileHandle(forWritingAtPath: path)
            else { throw SettingsError("IBP_ACCESS_LOG names \(path), which cannot be written") }
            try file.seekToEnd()
            return AccessLog(file)
        }
    }

    func write(_ line: AccessLine) {
        waiting.withLock { waiting in
            guard waiting.lines.count < Self.bytesMax else {
                waiting.dropped += 1
                return
            }
            line.append(to: &waiting.lines)
        }
    }

    var waitingBytes: Int { waiting.withLock(\.lines.count) }

    /// Writes what waits, until the process stops; then the rest.
    func run() async throws {
        defer { flush() }
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.flushEvery)  // throws when cancelled, which ends the loop
            await withCheckedContinuation { continuation in
                Self.writer.async {
                    self.flush()
                    continuation.resume()
                }
            }
        }
    }

    private static let writer = DispatchQueue(label: "access-log")

    func flush() {
        let (lines, dropped) = waiting.withLock { waiting in
            defer { waiting = Waiting() }
            return (waiting.lines, waiting.dropped)
        }
        if dropped > 0 { droppedLines.increment(by: dropped) }
        guard !lines.isEmpty else { return }
        do { try file.write(contentsOf: Data(lines)) } catch { droppedLines.increment() }
    }
}
