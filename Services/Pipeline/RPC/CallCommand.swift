import ArgumentParser
import Foundation
import NIOCore
import RPC

/// Calls any method of a service.
struct CallCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "call",
        abstract: "Calls a method of a service and prints the answer.",
        discussion: """
            The service itself tells which methods it has. A stream prints one line of JSON per item until Ctrl-C. When \
            the call fails, the reason goes to standard error and the exit code is 1.

            Services know who may call what: most methods are the gateway's, and --as gateway calls under its name. Those \
            that act for a signed-in user refuse a call without one.

            Examples:
              ibpipeline rpc call deals rpc.health
              ibpipeline rpc call health health.current --as gateway
              ibpipeline rpc call deals events.read '{"limit":10}'
              ibpipeline rpc call auth rpc.watch --limit 1
              ibpipeline rpc call deals deals.create @deal.json --as gateway --idempotency-key 7f3c
            """)

    static let resourcesMax = 8

    @OptionGroup var peer: PeerOptions

    @Argument(help: "The method, such as deals.list.")
    var method: String

    @Argument(help: ArgumentHelp("The input: JSON, @FILE, or - for standard input.", valueName: "json"))
    var body = "{}"

    @Option(help: ArgumentHelp("Lets the service recognise a call that is sent again.", valueName: "key"))
    var idempotencyKey: String?

    @Option(
        name: .customLong("resource"),
        help: ArgumentHelp(
            "An id that stands in the path of the public route; may be repeated, in the same order.", valueName: "id"))
    var resources: [String] = []

    @Option(help: ArgumentHelp("Ends a stream after so many items.", valueName: "n"))
    var limit: Int?

    @Flag(help: "Print the answer as it came, on one line.")
    var raw = false

    @Flag(help: "Print one line of JSON that also holds the status, and the fault if there is one.")
    var json = false

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
        guard resources.count <= Self.resourcesMax else {
            throw ValidationError("At most \(Self.resourcesMax) times --resource.")
        }
        guard !raw || !json else { throw ValidationError("--raw and --json do not go together.") }
    }

    func run() async throws { try await untilInterrupted { try await run(on: Console()) } }

    func run(on console: Console) async throws { try await run(on: console, standardInput: .standardInput) }

    func run(on console: Console, standardInput: FileHandle) async throws {
        let body = try CallBody.read(body, standardInput: standardInput)
        try await peer.withSession { session in
            let methods = MethodList(try await session.call(BuiltInMethods.describe))
            let entry = try methods.method(method)
            guard limit == nil || entry.isStream else {
                throw CommandFailure(
                    line: "\(entry.name) answers once; --limit is for streams.", code: CommandFailure.usage)
            }
            let context = RPCContext(
                peer: peer.caller, resource: resources, idempotencyKey: idempotencyKey, deadline: .distantFuture)
            do {
                if entry.isStream {
                    try await follow(entry, body, context, session, console)
                } else {
                    let reply = try await session.client.send(
                        entry, body: ByteBuffer(bytes: body), timeout: session.timeout, context: context)
                    console.say(text(reply))
                }
            } catch let fault as RPCFault where !Task.isCancelled {
                tell(fault, of: entry, context, console)
                throw ExitCode(CommandFailure.other)
            }
        }
    }

    private func follow(
        _ entry: RPCMethodEntry, _ body: Data, _ context: RPCContext, _ session: PeerSession, _ console: Console
    ) async throws {
        let method = RPCStreamMethod<JSONValue, JSONValue>(entry.id, entry.name, callers: entry.callers)
        let input = try JSONDecoder().decode(JSONValue.self, from: body)
        var count = 0
        for try await item in try session.client.stream(method, input, context: context) {
            console.say(try JSONText.encode(item))
            count += 1
            if count == limit { return }
        }
    }

    private func text(_ reply: RPCReply) -> String {
        if json { return CallOutcome.success(reply).line }
        return raw ? String(buffer: reply.body) : JSONText.pretty(reply.body.readableBytesView)
    }

    private func tell(_ fault: RPCFault, of entry: RPCMethodEntry, _ context: RPCContext, _ console: Console) {
        if json { console.say(CallOutcome.failure(fault).line) }
        for line in fault.lines { console.note(line) }
        for line in hints(fault, entry, context) { console.note("note: \(line)") }
    }

    private func hints(_ fault: RPCFault, _ entry: RPCMethodEntry, _ context: RPCContext) -> [String] {
        switch fault.code {
        case "caller_not_allowed":
            let callers = entry.callers.sorted()
            guard let first = callers.first, !callers.contains(peer.caller) else { return [] }
            return ["\(callers.joined(separator: ", ")) may call it: try --as \(first)"]
        case "deadline_exceeded": return ["give it longer than \(peer.timeout.text) with --timeout"]
        case "internal": return ["the service's log has it under trace \(context.trace.traceID)"]
        default: return []
        }
    }
}
