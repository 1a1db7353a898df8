import ArgumentParser
import Contracts
import Foundation
import NIOHTTP1

/// Asks a cluster how it is, for people, scripts and container health checks.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Tells whether a cluster is healthy.",
        discussion: """
            Exit code 0 when the cluster as a whole is up, 1 when it is not or cannot be reached.

            Examples:
              ibpipeline check
              ibpipeline check --url https://deals.firm.example --json
            """)

    @Option(help: "The cluster's address.")
    var url = "http://127.0.0.1:8080"

    @Flag(help: "Print the answer as it came instead of a table.")
    var json = false

    func run() async throws {
        let body: Data
        do {
            body = try await APIClient.withClient(for: url) { try await $0.send(.GET, "/api/health") }
        } catch let problem as APIProblem {
            throw CommandFailure(line: "\(url) answers without a health report: \(problem)")
        }
        guard let report = try? JSONDecoder().decode(PublicHealth.self, from: body) else {
            throw CommandFailure(line: "\(url) answers something that is no health report.")
        }
        let console = Console()
        if json {
            console.say(String(decoding: body, as: UTF8.self).trimmingCharacters(in: .newlines))
        } else {
            for line in report.table { console.say(line) }
        }
        guard report.status == .up else { throw ExitCode(CommandFailure.other) }
    }
}
