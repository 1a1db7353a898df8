import ArgumentParser
import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceKit
import Storage
import TransparencyLog

/// A second party that remembers how far the log was, so that it cannot be rewritten unseen.
struct WitnessCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "witness",
        abstract: "Cosigns checkpoints that continue what it has seen (C2SP tlog-witness).",
        discussion: """
            Keeps the last checkpoint of each log on its disk before it answers, and cosigns only what continues it. Logs \
            submit to POST /add-checkpoint; with --follow it asks a cluster by itself, every few seconds. What it has \
            cosigned is at GET /checkpoint/ID, for auditors. Run it where those who run the log have no say. Its key is made \
            at the first start, in DIR/witness.key; its public half is printed. Never put back an old copy of DIR: it would \
            sign a second history.

            Examples:
              ibpipeline audit witness --data-dir ./witness --log VKEY --name witness.firm.example
              ibpipeline audit witness --data-dir ./witness --log VKEY --follow https://deals.firm.example \\
                --token-file ./token
            """)

    @Option(help: "Where it takes submissions.")
    var listen = Address(host: "127.0.0.1", port: 7105)

    @Option(
        help: ArgumentHelp("Where it keeps its key and what it has seen; made if it is missing.", valueName: "dir"),
        completion: .directory)
    var dataDir: String

    @Option(
        name: .customLong("log"),
        help: ArgumentHelp(
            "The public key of a log that it watches; its name is the log's origin. Repeatable.",
            valueName: "vkey"))
    var keys: [VerifierKey]

    @Option(help: "The name of its key, for the first start: a host name of its owner, say.")
    var name = "witness.ibpipeline.local"

    @Option(help: ArgumentHelp("The cluster whose log it asks for by itself; with one --log.", valueName: "url"))
    var follow: String?

    @Option(help: ArgumentHelp("How often it asks.", valueName: "time"))
    var every = TimeSpan(.seconds(5))

    @Flag(help: "Let --follow ask another machine without TLS, as within a container network.")
    var plainHTTP = false

    @OptionGroup var token: LogTokenOptions

    func validate() throws {
        guard keys.allSatisfy({ $0.algorithm == .ed25519 }) else {
            throw ValidationError("--log is a witness's key; give the log's.")
        }
        guard follow == nil || Set(keys.map(\.name)).count == 1 else {
            throw ValidationError("--follow wants the --log of that one cluster.")
        }
    }

    /// One for each origin, with all of its keys.
    private var logs: [TrustedLog] {
        Dictionary(grouping: keys, by: \.name).map { TrustedLog(origin: $0, keys: $1) }
    }

    func run() async throws { try await untilInterrupted { try await run(on: Console()) } }

    /// Runs until its task is cancelled.
    func run(on console: Console) async throws { try await run(on: console) { _ in } }

    /// - Parameter listening: is called with the port, once.
    func run(on console: Console, listening: @escaping @Sendable (Int) -> Void) async throws {
        if let follow { try LogURL.check(follow, allowsPlainHTTP: plainHTTP) }
        let lock = try DataDirectory(dataDir).lock()
        defer { lock.release() }
        let store = WitnessStore(directory: dataDir)
        let witness = try Witness(logs: logs, key: store.key(name: name), store: store) {
            Int64(Date().timeIntervalSince1970)
        }
        let server = HTTPServer(
            host: listen.host, port: listen.port, group: MultiThreadedEventLoopGroup.singleton,
            handler: WitnessServer(witness: witness, console: console),
            faults: { HTTPResponse(status: $0.status, headers: [:], body: ByteBuffer(string: $0.message + "\n")) },
            logger: .silent)
        do { try await server.start() } catch { throw CommandFailure(line: "\(error)") }
        console.say("vkey \(witness.verifier.text)")
        console.say("listening \(Address(host: listen.host, port: server.localPort).url)")
        for log in logs { console.say("log \(log.origin) at /checkpoint/\(WitnessStore.id(of: log.origin))") }
        listening(server.localPort)
        do {
            try await work(witness, console)
        } catch {
            await server.drain(within: .seconds(5))
            throw error
        }
        await server.drain(within: .seconds(5))
    }

    private func work(_ witness: Witness, _ console: Console) async throws {
        guard let follow, let log = logs.first else {
            // The server does the work; a sleep of a day or so ends with the task.
            while true { try await Task.sleep(for: .seconds(86_400)) }
        }
        let (given, period) = (TokenReader(token), every.duration)
        try await APIClient.withClient(for: follow) { api in
            let client = LogClient(api: api, token: { try given.read() })
            let follower = WitnessFollower(
                client: client, witness: witness, log: log, period: period, console: console)
            try await follower.run()
        }
    }
}
