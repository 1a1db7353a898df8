import ArgumentParser
import Contracts
import Foundation
import Storage

/// Fills a directory with an authority and a certificate per service, and renews them when it is run again.
struct MakeCertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make",
        abstract: "Makes an authority and a certificate for each service, or renews them (the default).",
        discussion: """
            The directory gets authority.pem and authority.key, and SERVICE/tls.pem and SERVICE/tls.key for each \
            service, all readable by their owner only. An authority that is there is used and never replaced. \
            Certificates with more than a third of their life left are kept, unless the --host names differ. Services \
            read replaced files by themselves.

            Give a service its own folder and authority.pem. Nobody but you needs authority.key: who has it can be any \
            service.

            Examples:
              ibpipeline certs --to ./certs
              ibpipeline certs --to ./certs --services deals --host deals.bank.svc
              ibpipeline certs --to ./certs --force --days 30 --json
            """)

    /// The names that certificates of services carry. `operator` is a person's, for this tool.
    static let services = [Peer.auth, Peer.deals, Peer.audit, Peer.health, Peer.gateway, Peer.relay, Peer.operator]
    static let hostsMax = 16
    static let daysRange = 1...825
    static let authorityDaysRange = 1...7300

    @Option(help: ArgumentHelp("The directory to fill; made if it is missing.", valueName: "dir"))
    var to: String

    @Option(help: ArgumentHelp("Whose certificates to make, separated by commas.", valueName: "list"))
    var services = Self.services.joined(separator: ",")

    @Option(help: "How long the certificates of services last.")
    var days = 90

    @Option(help: "How long a new authority lasts.")
    var authorityDays = 3650

    @Option(
        name: .customLong("host"),
        help: ArgumentHelp("A further DNS name for each of these certificates; may be repeated.", valueName: "name"))
    var hosts: [String] = []

    @Flag(help: "Renew all, and replace certificates that the authority did not issue.")
    var force = false

    @Flag(help: "Print what was done as JSON.")
    var json = false

    private var chosen: [String] { services.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }

    func validate() throws {
        guard !to.isEmpty else { throw ValidationError("--to must name a directory.") }
        for service in chosen where !Self.services.contains(service) {
            throw ValidationError(
                "--services knows \(Self.services.joined(separator: ", ")), but not \"\(service)\".")
        }
        guard Set(chosen).count == chosen.count else { throw ValidationError("--services names one twice.") }
        guard hosts.count <= Self.hostsMax else { throw ValidationError("At most \(Self.hostsMax) times --host.") }
        for host in hosts { try Self.check(host) }
        for (name, value, range) in [
            ("--days", days, Self.daysRange), ("--authority-days", authorityDays, Self.authorityDaysRange),
        ] where !range.contains(value) {
            throw ValidationError("\(name) must be from \(range.lowerBound) to \(range.upperBound).")
        }
    }

    /// A service takes a name for who the peer is, so nobody else's certificate may hold it, nor a wildcard.
    private static func check(_ host: String) throws {
        guard !services.contains(host) else {
            throw ValidationError("--host \(host) is the name of a service; its certificate alone may hold it.")
        }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        let isName = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d }
        }
        let isAddress = labels.last?.allSatisfy(\.isNumber) ?? true
        guard isName, !isAddress, host.utf8.count <= 253 else {
            throw ValidationError("--host \(host) is not a DNS name in lower case without wildcards.")
        }
    }

    func run() async throws {
        // Two runs at once could mix up two authorities.
        let lock = try DataDirectory(to).lock()
        defer { lock.release() }
        let outcomes = try CertificateRun(
            directory: CertificateDirectory(to), services: chosen, hosts: hosts, days: days,
            authorityDays: authorityDays, isForced: force, now: Date()
        ).run()
        let console = Console()
        guard !json else {
            console.say(String(decoding: try JSONEncoder.forOperators.encode(outcomes), as: UTF8.self))
            return
        }
        let table = TextTable(
            ["CERTIFICATE", "", "EXPIRES", "FILE"],
            outcomes.map {
                [$0.name, $0.action.rawValue, $0.certificate.notAfter.formatted(.iso8601), $0.file]
            })
        for line in table.lines { console.say(line) }
    }
}
