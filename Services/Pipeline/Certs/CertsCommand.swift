import ArgumentParser

/// Certificates for mutual TLS between the services.
struct CertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certs",
        abstract: "Makes, renews and shows the certificates with which the services know each other.",
        discussion: """
            Examples:
              ibpipeline certs --to ./certs
              ibpipeline certs --to ./certs --services deals --host deals.bank.svc
              ibpipeline certs --to ./certs --force --days 30 --json
              ibpipeline certs show ./certs/deals/tls.pem
            """,
        subcommands: [MakeCertsCommand.self, ShowCertificateCommand.self], defaultSubcommand: MakeCertsCommand.self)
}
