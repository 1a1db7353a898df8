import ArgumentParser
import Contracts

/// Lists the keys that sign access tokens.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Lists the keys that sign access tokens, the newest first.",
        discussion: """
            A key is announced as `next`, signs while it is `active`, is known as `replaced` while what it signed lives, \
            and is then `retired`. CHANGED is when it got its state. The private keys stay where they are.

            Examples:
              ibpipeline auth keys
              ibpipeline auth keys --data-dir ./data --json
            """)

    @OptionGroup var cluster: ClusterOptions

    @Flag(help: "Print one JSON object instead of a table.")
    var json = false

    func run() async throws { try await run(on: Console()) }

    func run(on console: Console) async throws {
        let keys = try await cluster.withSession(with: Peer.auth, as: Peer.operator) {
            try await $0.call(AuthMethods.listKeys)
        }
        guard !json else { return console.say(try JSONText.encode(keys)) }
        let rows = keys.items.map { [$0.kid, $0.state.rawValue, $0.createdAt.text, $0.changedAt.text] }
        for line in TextTable(["KEY", "STATE", "CREATED", "CHANGED"], rows).lines { console.say(line) }
    }
}
