package import ArgumentParser
package import ServiceLifecycle

/// One executable of the suite. A conforming `@main` type says how it is configured and what it consists of; starting,
/// readiness, the admin server, signals and the exit code are the same for all.
package protocol ServiceProcess {
    associatedtype Settings: Sendable
    /// `deals`: the name in logs, in the RPC handshake and on the command line.
    static var name: String { get }
    static var abstract: String { get }
    /// Where /livez, /readyz and /metrics are when `IBP_ADMIN_LISTEN` does not say.
    static var adminPort: Int { get }
    static func settings(_ reader: inout SettingsReader) throws -> Settings
    /// The services in start order; they stop in reverse.
    static func assemble(_ settings: Settings, _ kit: ProcessKit) async throws -> [any Service]
}

extension ServiceProcess {
    package static func main() async { await ProcessCommand<Self>.main() }
}

/// `deals`, `deals run`, `deals check`.
package struct ProcessCommand<Process: ServiceProcess>: AsyncParsableCommand {
    package static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: Process.name, abstract: Process.abstract,
            discussion:
                "Settings are read from the environment (IBP_…); a missing or unknown one stops the start and is named.",
            version: ProcessKit.version, subcommands: [RunCommand<Process>.self, CheckCommand<Process>.self],
            defaultSubcommand: RunCommand<Process>.self)
    }

    package init() {}
}
