import Contracts
import NIOCore
import NIOHTTP1
import RPC

// The words in which the route table is written.

extension Route {
    static func get<I, O>(_ path: String, _ summary: String, _ call: RPCMethod<I, O>) -> Route {
        make(.GET, path, summary, call, input: nil)
    }

    static func post<I, O>(_ path: String, _ summary: String, _ call: RPCMethod<I, O>) -> Route {
        make(.POST, path, summary, call, input: I.self == Nothing.self ? nil : JSONSchema.of(I.self))
    }

    static func put<I, O>(_ path: String, _ summary: String, _ call: RPCMethod<I, O>) -> Route {
        make(.PUT, path, summary, call, input: JSONSchema.of(I.self))
    }

    static func patch<I, O>(_ path: String, _ summary: String, _ call: RPCMethod<I, O>) -> Route {
        make(.PATCH, path, summary, call, input: JSONSchema.of(I.self))
    }

    static func delete<I, O>(_ path: String, _ summary: String, _ call: RPCMethod<I, O>) -> Route {
        make(.DELETE, path, summary, call, input: I.self == Nothing.self ? nil : JSONSchema.of(I.self))
    }

    /// Takes bytes as they are; what the call's input says of them, the query says.
    static func upload<I, O>(
        _ path: String, _ summary: String, _ call: RPCMethod<I, O>, bytesMax: Int
    ) -> Route {
        make(.PUT, path, summary, call, input: nil).with {
            $0.takesBytes = true
            $0.bodyBytesMax = bytesMax
            // The answer to a chunk is no resource as it can be read.
            $0.isResource = false
        }
    }

    /// A document that the gateway has itself.
    static func own<O: Decodable>(_ path: String, _ summary: String, _ target: Target, _ output: O.Type) -> Route {
        Route(
            method: .GET, pattern: segments(path), summary: summary, target: target, input: nil,
            output: JSONSchema.of(output), access: .anyone, bodyBytesMax: 0)
    }

    /// Answered by the gateway itself out of a body.
    static func own<I: Decodable, O: Decodable>(
        post path: String, _ summary: String, _ target: Target, _ input: I.Type, _ output: O.Type
    ) -> Route {
        Route(
            method: .POST, pattern: segments(path), summary: summary, target: target, input: JSONSchema.of(input),
            output: JSONSchema.of(output), bodyBytesMax: 4096)
    }

    /// A table that its service writes while it is read.
    static func csv<I: Decodable>(_ path: String, _ summary: String, _ file: CSVFile, _ input: I.Type) -> Route {
        Route(
            method: .GET, pattern: segments(path), summary: summary, target: .csv(file), input: nil, output: nil,
            querySchema: JSONSchema.of(input), bodyBytesMax: 0
        ).with {
            $0.mediaType = file.mediaType
            $0.limit = .heavy
        }
    }

    static func mondayPage(_ path: String, _ summary: String) -> Route {
        Route(
            method: .GET, pattern: segments(path), summary: summary, target: .mondayPage, input: nil, output: nil,
            querySchema: JSONSchema.of(MondayQuery.self), bodyBytesMax: 0
        ).page().heavy()
    }

    static func logFile(_ path: String, _ summary: String, _ file: LogFile) -> Route {
        Route(
            method: .GET, pattern: segments(path), summary: summary, target: .logFile(file), input: nil, output: nil,
            bodyBytesMax: 0
        ).with { $0.mediaType = file.mediaType }
    }

    /// For browsers, which are led on from it.
    static func lead<I: Decodable>(_ path: String, _ summary: String, _ target: Target, _ input: I.Type) -> Route {
        Route(
            method: .GET, pattern: segments(path), summary: summary, target: target, input: nil, output: nil,
            querySchema: JSONSchema.of(input), bodyBytesMax: 0)
    }

    private static func make<I, O>(
        _ method: HTTPMethod, _ path: String, _ summary: String, _ call: RPCMethod<I, O>,
        input: JSONSchema?
    ) -> Route {
        // Calls are named after the service that answers them: `deals` has `deals.team.add`.
        let service = String(call.entry.name.prefix { $0 != "." })
        return Route(
            method: method, pattern: segments(path), summary: summary, target: .call(peer: service, call.entry),
            input: input, output: O.self == Nothing.self ? nil : JSONSchema.of(O.self),
            querySchema: input == nil ? JSONSchema.of(I.self) : nil, isResource: O.self is any RPCResource.Type,
            isIdempotent: call.entry.deduplicates,
            // Clients like to send `{}` with a POST that takes nothing; it is not read.
            bodyBytesMax: input != nil ? 1024 * 1024 : method == .POST ? 64 : 0)
    }

    private static func segments(_ path: String) -> [String] { path.split(separator: "/").map(String.init) }

    func open(_ limit: LimitClass) -> Route { with { ($0.access, $0.limit) = (.anyone, limit) } }
    func everyone() -> Route { with { $0.access = .signedIn } }
    func sessionOnly() -> Route { with { $0.access = .session } }
    func allow(_ permission: Permission) -> Route { with { $0.access = .permission(permission) } }
    func query(_ parameters: [QueryParameter]) -> Route { with { $0.query = parameters } }
    func ignoringOthers() -> Route { with { $0.ignoresOtherParameters = true } }
    func created(at location: String? = nil) -> Route { with { ($0.success, $0.location) = (.created, location) } }
    func found() -> Route { with { $0.success = .found } }
    func noContent() -> Route { with { $0.success = .noContent } }
    func ifMatch() -> Route { with { $0.takesIfMatch = true } }
    func page() -> Route { with { $0.mediaType = "text/html" } }
    func file() -> Route { with { $0.mediaType = "*/*" } }
    func streams() -> Route { with { $0.mediaType = "text/event-stream" } }
    func named(_ name: String) -> Route { with { $0.name = name } }
    func heavy() -> Route { with { $0.limit = .heavy } }
    func passive() -> Route { with { $0.isPassive = true } }
    func endingWebSession() -> Route { with { $0.endsWebSession = true } }
    func body(_ bytesMax: Int) -> Route { with { $0.bodyBytesMax = bytesMax } }
    func deadline(_ deadline: TimeAmount) -> Route { with { $0.deadline = deadline } }

    private func with(_ change: (inout Route) -> Void) -> Route {
        var route = self
        change(&route)
        return route
    }
}
