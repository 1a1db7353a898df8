import ArgumentParser
import Contracts

/// Lists the keys that sign access tokens.
struct KeysCommand: ConsoleCommand {
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

    func run(on console: Console) async throws {
        let keys = try await cluster.withSession(with: Peer.auth, as: Peer.operator) {
            try await $0.call(AuthMethods.listKeys)
        }
        try console.say(keys, json: json)
    }
}

extension SigningKeyList: Report {
    var lines: [String] {
        let rows = items.map { [$0.kid, $0.state.rawValue, $0.createdAt.text, $0.changedAt.text] }
        return TextTable(["KEY", "STATE", "CREATED", "CHANGED"], rows).lines
    }
}
