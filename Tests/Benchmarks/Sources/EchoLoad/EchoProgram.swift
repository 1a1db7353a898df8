import Foundation

package enum EchoProgram {
    /// Runs a program to its end; what it throws becomes one line and exit code 1.
    package static func run(_ name: String, _ body: () async throws -> Void) async {
        do {
            try await body()
        } catch {
            FileHandle.standardError.write(Data("\(name): \(error)\n".utf8))
            exit(1)
        }
    }

    /// A forgotten server ends by itself, after an hour: by the signal of the alarm.
    package static func limitLifetime() { alarm(3600) }
}
