import ArgumentParser
import Contracts
import Foundation

/// Which events, and how they are shown: the same for `tail` and `replay`.
struct EventOptions: ParsableArguments {
    @Argument(help: "The service whose events they are.")
    var source: EventProducer

    @OptionGroup var cluster: ClusterOptions

    @Option(help: ArgumentHelp("Events of one topic only: deals or users.", valueName: "topic"))
    var topic: String?

    @Option(help: ArgumentHelp("Events after this number.", valueName: "sequence"))
    var after: Int64?

    @Option(
        help: ArgumentHelp(
            "From the first event of this instant or later, such as 2026-11-26T09:00:00Z.", valueName: "time"))
    var from: EventTime?

    @Flag(help: "Print the events as they are stored, one JSON object per line.")
    var json = false

    func validate() throws {
        if let topic, !Event.topics.contains(topic) {
            throw ValidationError("--topic must be \(Event.topics.joined(separator: " or ")).")
        }
        if let after, after < 0 { throw ValidationError("--after must not be negative.") }
        if after != nil, from != nil { throw ValidationError("--after and --from do not go together.") }
    }
}

/// An instant on the command line, in RFC 3339 and UTC.
struct EventTime: ExpressibleByArgument, Sendable {
    let instant: Instant

    init?(argument: String) {
        guard let instant = Instant(text: argument) else { return nil }
        self.instant = instant
    }
}

/// An event as `tail` and `replay` print it.
struct EventLine {
    let source: String
    let delivery: EventDelivery

    func text(json: Bool) -> String { json ? object : line }

    /// Nothing of the event is changed, also what this build does not know.
    private var object: String {
        let raw = delivery.raw ?? Data("null".utf8)
        guard JSONText.isValid(raw) else {
            return #"{"base64":"\#(raw.base64EncodedString())","sequence":\#(delivery.sequence),"source":"\#(source)"}"#
        }
        let event = String(decoding: raw, as: UTF8.self)
        return #"{"event":\#(event),"sequence":\#(delivery.sequence),"source":"\#(source)"}"#
    }

    private var line: String {
        guard let event = try? JSONDecoder().decode(Event.self, from: delivery.raw ?? Data()) else {
            return "\(delivery.sequence) cannot be read as an event; --json shows it"
        }
        let subject = [event.subject.kind, event.subject.number ?? event.subject.id].filter { !$0.isEmpty }
        let version = event.version > 0 ? " v\(event.version)" : ""
        let actor = event.actor.id.isEmpty ? event.actor.kind : "\(event.actor.kind) \(event.actor.id)"
        return Self.printable(
            "\(delivery.sequence) \(event.time.text) \(event.type) \(subject.joined(separator: " "))\(version) by \(actor)"
        )
    }

    /// What would move a terminal's cursor or change its colours is shown, not done.
    private static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    }
}
