import ArgumentParser
import Foundation
import ServiceKit
import Storage
import UnixSignals

/// Starts the whole cluster on this machine and keeps it alive until it is told to stop.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Starts all services on this machine and keeps them running.",
        discussion: """
            The gateway, auth, deals, audit and health executables must lie beside ibpipeline. They talk over free \
            loopback ports; only --listen is public. When everything is ready, one line `ready http://HOST:PORT` goes \
            to standard output; the services' logs go to standard error, each line behind its service's name.
            SIGINT or SIGTERM drains the cluster, a second signal kills it.

            Settings of single services pass through from the environment: IBP_BOOTSTRAP_*, IBP_SECRETS_*, IBP_TOKEN_*, \
            IBP_SESSION_* to auth, IBP_RATE_*, IBP_HTTP_* to the gateway, IBP_PROBE_* to health, IBP_AUDIT_* to audit, IBP_BACKUP_* to all that keep data.

            Examples:
              ibpipeline up --data-dir ./data
              ibpipeline up --data-dir ./trial --demo
              IBP_BOOTSTRAP_EMAIL=me@firm.example IBP_BOOTSTRAP_PASSWORD_FILE=./pw ibpipeline up --data-dir ./data
            """)

    @Option(help: ArgumentHelp("Where all services keep their data; made if it is missing.", valueName: "dir"))
    var dataDir: String

    @Option(help: ArgumentHelp("The public address; port 0 picks a free one.", valueName: "host:port"))
    var listen = Address(host: "127.0.0.1", port: 8080)

    @Flag(help: "Fill an empty data directory with sample deals and print who can sign in.")
    var demo = false

    @Flag(help: "Encrypt what services say to each other, with certificates in the data directory's folder tls.")
    var tls = false

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel = "info"

    func validate() throws {
        let levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
        guard levels.contains(logLevel) else {
            throw ValidationError("--log-level must be one of \(levels.joined(separator: ", ")).")
        }
        guard !dataDir.isEmpty else { throw ValidationError("--data-dir must name a directory.") }
    }

    func run() async throws {
        let caller = try CallerEnvironment(ProcessInfo.processInfo.environment)
        let executables = try Executables.beside(Executables.ownDirectory())
        let directory = DataDirectory(dataDir)
        // The children's own locks are in their own folders; this one keeps a second cluster away.
        let lock = try directory.lock()
        defer { lock.release() }
        try await serve(directory, caller, executables)
    }

    private func serve(_ directory: DataDirectory, _ caller: CallerEnvironment, _ executables: [String: String])
        async throws
    {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        try directory.prepareSecrets()
        if tls { try directory.prepareCertificates() }
        var caller = caller
        let demo = self.demo ? try UpDemo(directory: directory, caller: &caller) : nil
        let address = try await Ports.reserve(listen)
        // One to spare, in case the public port that was let go comes again.
        let ports = try await Ports.free(ClusterPlan.portCount + 1).filter { $0 != address.port }
        let plan = ClusterPlan(
            directory: directory, executables: executables, listen: address,
            ports: Array(ports.prefix(ClusterPlan.portCount)), logLevel: logLevel,
            logFormat: isatty(STDOUT_FILENO) == 1 ? "text" : "json", encrypts: tls, caller: caller)
        let console = Console()
        let running = RunningCluster(plan)
        try running.write(to: directory)
        defer { running.remove(from: directory) }
        let code = await Cluster(plan: plan, console: console).run(signals: signals) {
            if let token = directory.setupToken {
                // In the fragment, which browsers keep to themselves, so that it reaches no log.
                console.say("Set up the first administrator: \(address.url)/setup#token=\(token)")
            }
            await demo?.load(into: address, console: console)
        }
        guard code == 0 else { throw ExitCode(code) }
    }
}
