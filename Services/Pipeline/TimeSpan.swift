import ArgumentParser
import ServiceKit

/// A time span on the command line: `500ms`, `10s`, `5m`, `12h`, `30d`; never none.
struct TimeSpan: ExpressibleByArgument, Sendable, Equatable {
    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        guard let duration = Duration(setting: argument), duration > .zero else { return nil }
        self.init(duration)
    }

    var defaultValueDescription: String { text }

    var text: String { duration < .seconds(1) ? "\(Int(duration / .milliseconds(1)))ms" : "\(duration.secondsText)s" }
}
