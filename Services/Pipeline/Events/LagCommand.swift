import ArgumentParser
import Contracts

/// Shows how far the groups of consumers are behind.
struct LagCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "lag",
        abstract: "Lists the groups that read the events of auth, deals and health, and how far behind they are.",
        discussion: """
            As the groups last said, a few seconds ago at most. AGE is how long the oldest event waits that a group has not \
            taken in. HOLDS is no for a group that was silent for so long that events are deleted without it.

            Examples:
              ibpipeline events lag
              ibpipeline events lag deals --json
              ibpipeline events lag --max-age 1m    # exit code 1 when an event waits longer
            """)

    @Argument(help: "The service whose events they are; all of them when left out.")
    var source: EventProducer?

    @OptionGroup var cluster: ClusterOptions

    @Option(help: ArgumentHelp("Exit with 1 when an event waits for longer.", valueName: "time"))
    var maxAge: TimeSpan?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if cluster.address != nil, source == nil { throw ValidationError("--address is of one service; name it.") }
    }

    func run(on console: Console) async throws {
        var report = LagReport(sources: [:])
        for source in source.map({ [$0] }) ?? EventProducer.allCases {
            report.sources[source.rawValue] = try await cluster.withSession(
                with: source.rawValue, as: Peer.operator
            ) { try await $0.call(EventMethods.groups) }
        }
        try console.say(report, json: json)
        if let maxAge, report.isBehind(by: maxAge.duration) { throw ExitCode(CommandFailure.other) }
    }
}

struct LagReport: Report, Sendable {
    var sources: [String: EventGroupList]

    /// Of groups that still count.
    func isBehind(by age: Duration) -> Bool {
        sources.values.flatMap(\.items).contains { $0.holdsEvents && .milliseconds($0.behindMilliseconds) > age }
    }

    var lines: [String] {
        let rows = sources.sorted { $0.key < $1.key }.flatMap { source, list in
            list.items.map { group in
                [
                    source, group.name, "\(group.acknowledged)", "\(list.newest)", "\(group.behind)",
                    "\(Duration.milliseconds(group.behindMilliseconds).secondsText)s", group.heardAt.text,
                    group.holdsEvents ? "yes" : "no",
                ]
            }
        }
        return TextTable(["SOURCE", "GROUP", "AT", "NEWEST", "BEHIND", "AGE", "HEARD", "HOLDS"], rows).lines
    }
}
