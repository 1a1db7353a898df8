import Logging
import Synchronization
import Testing

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Returns as soon as it is so; fails when it is not in a minute.
func eventually(_ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(60)
    while try await !condition() {
        try #require(ContinuousClock.now < end, "it did not happen in a minute")
        try await Task.sleep(for: .milliseconds(2))
    }
}

/// What a logger was told, from a level on.
final class Said: Sendable {
    private let level: Logger.Level
    private let events = Mutex<[(level: Logger.Level, metadata: String)]>([])

    init(from level: Logger.Level) { self.level = level }

    var levels: [String] { events.withLock { $0.map { "\($0.level)" } } }
    /// Level and values of the metadata.
    var lines: [String] { events.withLock { $0.map { "\($0.level) \($0.metadata)" } } }
    var logger: Logger { Logger(label: "test") { _ in Handler(said: self, logLevel: level) } }

    private struct Handler: LogHandler {
        let said: Said
        var logLevel: Logger.Level
        var metadata: Logger.Metadata = [:]
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) {
            let metadata = event.metadata?.values.map { "\($0)" }.joined() ?? ""
            said.events.withLock { $0.append((event.level, metadata)) }
        }
    }
}
