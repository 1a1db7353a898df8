import ArgumentParser
import Contracts

/// Has auth make a new key for access tokens.
struct RotateKeysCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-keys",
        abstract: "Makes the next key that signs access tokens.",
        discussion: """
            It is announced at once and signs 90 seconds later, when everybody knows it; nobody is signed out, for the key \
            before it is known as long as its tokens live. While one is announced there is no other: that is \
            rotation_running, with exit code 1. Keys also take turns by themselves, every IBP_KEY_ROTATION.

            Examples:
              ibpipeline auth rotate-keys
              ibpipeline auth rotate-keys --data-dir ./data --json
            """)

    @OptionGroup var cluster: ClusterOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run(on console: Console) async throws {
        let next = try await cluster.withSession(with: Peer.auth, as: Peer.operator) {
            try await $0.call(AuthMethods.rotateKeys)
        }
        try console.say(next, json: json)
    }
}

extension KeyRotation: Report {
    var lines: [String] { ["key \(kid) is announced and signs from \(activeAt.text) on"] }
}
