import ArgumentParser
import Contracts
import RPC

/// Passes over an event for good.
struct SkipCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "skip",
        abstract: "Passes over an event that cannot be taken in.",
        discussion: """
            For good: the group never sees it. The reason is written down in the consumer's log. What waits behind it is \
            taken in by `ibpipeline events redrive`.

            Examples:
              ibpipeline events skip deals 4711 --reason "written by a build that was withdrawn; see ticket 12"
            """)

    @OptionGroup var letters: LetterOptions

    @Argument(help: "The event's number, as `dead` lists it.")
    var sequence: Int64

    @Option(help: ArgumentHelp("Why, for the log.", valueName: "text"))
    var reason: String

    func run(on console: Console) async throws {
        _ = try await letters.withSession { session in
            try await session.client.call(
                EventMethods.skip,
                SkipRequest(
                    source: letters.source.rawValue, group: letters.group, sequence: sequence, reason: reason),
                timeout: session.timeout)
        }
        console.say("event \(sequence) of \(letters.source.rawValue) is passed over")
    }
}
