import ArgumentParser

/// What an operator does at the auth service.
struct AuthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "auth",
        abstract: "Shows and changes the keys that sign access tokens.",
        discussion: """
            Finds address and secret as `ibpipeline rpc` does: in the data directory of a cluster that `ibpipeline up` \
            runs here, or by --address and --secret-file, or by IBP_RPC_TLS_* with the certificate of operator.

            Examples:
              ibpipeline auth keys --data-dir ./data
              ibpipeline auth rotate-keys --data-dir ./data
              ibpipeline auth rotate-keys --address 10.0.0.7:7101 --secret-file ./rpc.secret --json
            """,
        subcommands: [KeysCommand.self, RotateKeysCommand.self])
}
