import ArgumentParser
import RPC

/// Shows what a service has done since it started.
struct StatsCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats",
        abstract: "Prints how often each method was called, how it went and how long it took.",
        discussion: """
            Counted since the service started; the mean is from the arrival of a call to its answer. Refused calls came \
            when too much waited already, expired ones waited longer than their callers did.

            Examples:
              ibpipeline rpc stats deals
              ibpipeline rpc stats auth --json
            """)

    @OptionGroup var peer: PeerOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run(on console: Console) async throws {
        let report = try await peer.withSession { try await $0.call(BuiltInMethods.stats) }
        try console.say(report, json: json)
    }
}

extension RPCStatsReport: Report {
    var lines: [String] {
        let rows = methods.map { method in
            let mean = method.calls > 0 ? method.totalMicroseconds / method.calls : 0
            return [method.name, "\(method.calls)", "\(method.failures)", "\(mean)"]
        }
        return TextTable(["METHOD", "CALLS", "FAILURES", "MEAN µs"], rows).lines
            + ["connections \(connections), in flight \(inFlight), refused \(refused), expired \(expired)"]
    }
}
