/// The name of a call and the shapes of what goes in and comes out. Its number is for ever: see Contracts' method table.
package struct RPCMethod<Input: Codable & Sendable, Output: Codable & Sendable>: Sendable {
    package let entry: RPCMethodEntry

    /// - Parameters:
    ///   - id: unique over all services, never reused.
    ///   - name: `service.verb`, as logs, metrics and `describe` show it.
    ///   - callers: names of the services that may call it; the server refuses others.
    ///   - isIdempotent: true when running it twice does no harm, so that a lost reply may be retried.
    ///   - isLongPoll: true when it mostly waits for news; a server that drains ends such calls at once.
    package init(
        _ id: UInt16, _ name: String, callers: Set<String>, isIdempotent: Bool = false, isLongPoll: Bool = false
    ) {
        entry = RPCMethodEntry(id: id, name: name, callers: callers, isIdempotent: isIdempotent, isLongPoll: isLongPoll)
    }
}

/// The untyped part of a method, as tables and logs need it.
package struct RPCMethodEntry: Sendable, Hashable {
    package let id: UInt16
    package let name: String
    package let callers: Set<String>
    package let isIdempotent: Bool
    package let isLongPoll: Bool

    package init(id: UInt16, name: String, callers: Set<String>, isIdempotent: Bool, isLongPoll: Bool = false) {
        self.id = id
        self.name = name
        self.callers = callers
        self.isIdempotent = isIdempotent
        self.isLongPoll = isLongPoll
    }
}

/// The input or output of a call that needs none. Travels as `{}`.
package struct Nothing: Codable, Sendable, Hashable {
    package init() {}
}

/// An output that is one resource: the server sends its id and version beside the body, from which the gateway makes
/// `Location` and `ETag` without reading the body.
package protocol RPCResource {
    var resourceID: String { get }
    var version: Int64 { get }
}
