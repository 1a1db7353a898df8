import Foundation
import Synchronization

/// Writes whole lines, so that those of several children never mix within one line. A reader that went away is no
/// reason to stop the cluster, so write errors are passed over.
final class Console: Sendable {
    private let turn = Mutex(())
    private let output: FileHandle
    private let errors: FileHandle

    init(output: FileHandle = .standardOutput, errors: FileHandle = .standardError) {
        self.output = output
        self.errors = errors
    }

    /// What a script may read: standard output.
    func say(_ line: String) { write(Data((line + "\n").utf8), to: output) }

    /// What a person reads: standard error.
    func note(_ line: String) { write(Data((line + "\n").utf8), to: errors) }

    /// A line of a child, to standard error.
    func relay(_ line: [UInt8], of child: String) {
        var data = Data("\(child) | ".utf8)
        data.append(contentsOf: line)
        data.append(UInt8(ascii: "\n"))
        write(data, to: errors)
    }

    private func write(_ data: Data, to handle: FileHandle) {
        turn.withLock { _ in try? handle.write(contentsOf: data) }
    }
}
