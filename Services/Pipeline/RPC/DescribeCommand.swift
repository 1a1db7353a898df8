import ArgumentParser
import Contracts
import RPC

/// Shows what a service can be asked.
struct DescribeCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Prints the methods of a service: who may call them, and how.",
        discussion: """
            Every service also answers rpc.health, rpc.describe, rpc.stats and rpc.watch. An idempotent method may be \
            called twice without harm; a stream answers with many items.

            Examples:
              ibpipeline rpc describe deals
              ibpipeline rpc describe auth --json
            """)

    @OptionGroup var peer: PeerOptions

    @Flag(help: "Print JSON.")
    var json = false

    func run(on console: Console) async throws {
        let report = DescribeReport(try await peer.withSession { try await $0.call(BuiltInMethods.describe) })
        try console.say(report, json: json)
    }
}

/// The methods of a service, as it tells them.
struct DescribeReport: Report {
    var service: String
    var tableHash: String?
    /// Whether the service was built with the same table of methods as this tool.
    var isTableOfThisBuild: Bool
    var methods: [RPCDescription.Method]

    init(_ description: RPCDescription) {
        service = description.service
        tableHash = description.tableHash
        isTableOfThisBuild = description.tableHash == MethodTable.hash
        methods = description.methods
    }

    var lines: [String] {
        let rows = methods.map {
            [
                MethodList.idText($0.id), $0.name, $0.callers.joined(separator: " "), $0.idempotent ? "yes" : "no",
                $0.stream ? "yes" : "no",
            ]
        }
        return TextTable(["ID", "METHOD", "CALLERS", "IDEMPOTENT", "STREAM"], rows).lines + [tableLine]
    }

    private var tableLine: String {
        guard let tableHash else { return "method table: not told" }
        return "method table: \(tableHash), "
            + (isTableOfThisBuild ? "that of this build" : "not that of this build, \(MethodTable.hash)")
    }
}
