import ArgumentParser
import Contracts
import RPC

/// Has events taken in after all.
struct RedriveCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "redrive",
        abstract: "Has the events taken in that failed, in order, once what was wrong with them is mended.",
        discussion: """
            An aggregate whose first event fails again stays put aside. Each that is taken in is written down in the \
            consumer's log. Exit code 1 when some are left; progress goes to standard error.

            Examples:
              ibpipeline events redrive deals
              ibpipeline events redrive deals --aggregate 0193a2f4-7c1e-7d30-9a51-0c7e6f1b2a44
              ibpipeline events redrive deals --group webhooks --by health --json
            """)

    private static let stepLetters = 100

    @OptionGroup var letters: LetterOptions

    @Option(help: ArgumentHelp("Only those of one aggregate, such as a deal's id.", valueName: "id"))
    var aggregate: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws { try await untilInterrupted { try await run(on: Console()) } }

    func run(on console: Console) async throws {
        let sum = try await letters.withSession { session in
            var sum = RedriveResult(redriven: 0, failed: [], left: 0, next: nil)
            repeat {
                let step = try await session.client.call(
                    EventMethods.redrive,
                    RedriveRequest(
                        source: letters.source.rawValue, group: letters.group, aggregate: aggregate,
                        limit: Self.stepLetters, after: sum.next),
                    timeout: session.timeout)
                sum.redriven += step.redriven
                sum.failed += step.failed
                (sum.left, sum.next) = (step.left, step.next)
                if sum.next != nil { console.note("\(sum.redriven) taken in, \(sum.left) left") }
            } while sum.next != nil
            return sum
        }
        try console.say(sum, json: json)
        if sum.left > 0 { throw ExitCode(CommandFailure.other) }
    }
}

extension RedriveResult: Report {
    var lines: [String] {
        ["\(redriven) taken in, \(left) left"]
            + failed.map { "\($0.sequence) of \($0.aggregate) failed again: \($0.error)" }
    }
}
