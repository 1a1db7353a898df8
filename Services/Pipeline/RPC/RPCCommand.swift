import ArgumentParser

/// Talks with one service directly, as the services talk with each other.
struct RPCCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rpc",
        abstract: "Asks a single service: is it there, what can it do, how does it do.",
        discussion: """
            Finds address and secret in the data directory of a cluster that `ibpipeline up` runs here, or takes them \
            from --address and --secret-file. Whoever holds the secret may call. A cluster that encrypts wants a \
            certificate instead: that of `up --tls` is found in the data directory, another one is named by \
            IBP_RPC_TLS_CERT_FILE, IBP_RPC_TLS_KEY_FILE and IBP_RPC_TLS_AUTHORITY_FILE.

            Examples:
              ibpipeline rpc ping deals
              ibpipeline rpc describe auth --data-dir ./trial
              ibpipeline rpc call health health.current --as gateway
              ibpipeline rpc watch audit --address 10.0.0.7:7103 --secret-file ./rpc.secret
            """,
        subcommands: [
            PingCommand.self, DescribeCommand.self, CallCommand.self, StatsCommand.self, WatchCommand.self,
            BenchCommand.self,
        ])
}
