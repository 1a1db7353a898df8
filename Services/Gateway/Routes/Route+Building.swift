import Contracts
import NIOCore
import NIOHTTP1
import RPC

// The words in which the route table is written. A route starts closed to everybody: one that never says who may use it
// stops the gateway's start.

extension Route {
    static func get<I, O>(_ path: String, _ summary: String, _ call: RPCMethod<I, O>, to peer: String) -> Route {
        make(.GET, path, summary, call, peer, input: nil)
    }

    static func post<I, O>(_ path: String, _ summary: String, _ call: RPCMethod<I, O>, to peer: String) -> Route {
        make(.POST, path, summary, call, peer, input: I.self == Nothing.self ? nil : JSONSchema.of(I.self))
    }

    static func put<I, O>(_ path: String, _ summary: String, _ call: RPCMethod<I, O>, to peer: String) -> Route {
        make(.PUT, path, summary, call, peer, input: JSONSchema.of(I.self))
    }

    static func patch<I, O>(_ path: String, _ summary: String, _ call: RPCMethod<I, O>, to peer: String) -> Route {
        make(.PATCH, path, summary, call, peer, input: JSONSchema.of(I.self))
    }

    static func delete<I, O>(_ path: String, _ summary: String, _ call: RPCMethod<I, O>, to peer: String) -> Route {
        make(.DELETE, path, summary, call, peer, input: nil)
    }

    /// A document that the gateway has itself.
    static func own<O: Decodable>(_ path: String, _ summary: String, _ target: Target, _ output: O.Type) -> Route {
        Route(
            method: .GET, pattern: segments(path), summary: summary, access: .anyone, limit: .standard, target: target,
            query: [], input: nil, output: JSONSchema.of(output), success: .ok, precondition: .none, bodyBytesMax: 0,
            deadline: .seconds(5))
    }

    private static func make<I, O>(
        _ method: HTTPMethod, _ path: String, _ summary: String, _ call: RPCMethod<I, O>, _ peer: String,
        input: JSONSchema?
    ) -> Route {
        Route(
            method: method, pattern: segments(path), summary: summary, access: .roles([]), limit: .standard,
            target: .call(peer: peer, call.entry), query: [], input: input,
            output: O.self == Nothing.self ? nil : JSONSchema.of(O.self), success: .ok, precondition: .none,
            bodyBytesMax: input == nil ? 0 : 1024 * 1024, deadline: .seconds(5))
    }

    private static func segments(_ path: String) -> [String] { path.split(separator: "/").map(String.init) }

    func open(_ limit: LimitClass) -> Route { with(access: .anyone, limit: limit) }
    func everyone() -> Route { with(access: .roles(Set(Role.allCases.map(\.rawValue)))) }
    func allow(_ permission: Permission) -> Route { with(access: .roles(Set(permission.roles.map(\.rawValue)))) }
    func query(_ parameters: [QueryParameter]) -> Route { with(query: parameters) }
    func created() -> Route { with(success: .created) }
    func noContent() -> Route { with(success: .noContent) }
    func ifMatch() -> Route { with(precondition: .ifMatch) }
    func body(_ bytesMax: Int) -> Route { with(bodyBytesMax: bytesMax) }
    func deadline(_ deadline: TimeAmount) -> Route { with(deadline: deadline) }

    private func with(
        access: Access? = nil, limit: LimitClass? = nil, query: [QueryParameter]? = nil,
        success: HTTPResponseStatus? = nil,
        precondition: Precondition? = nil, bodyBytesMax: Int? = nil, deadline: TimeAmount? = nil
    ) -> Route {
        Route(
            method: method, pattern: pattern, summary: summary, access: access ?? self.access,
            limit: limit ?? self.limit,
            target: target, query: query ?? self.query, input: input, output: output, success: success ?? self.success,
            precondition: precondition ?? self.precondition, bodyBytesMax: bodyBytesMax ?? self.bodyBytesMax,
            deadline: deadline ?? self.deadline)
    }
}
