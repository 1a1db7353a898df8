/// The name of a call and the shapes of what goes in and comes out. Its number is for ever: see Contracts' method table.
package struct RPCMethod<Input: Codable & Sendable, Output: Codable & Sendable>: Sendable {
    package let entry: RPCMethodEntry

    /// - Parameters:
    ///   - id: unique over all services, never reused.
    ///   - name: `service.verb`, as logs, metrics and `describe` show it.
    ///   - callers: names of the services that may call it; the server refuses others.
    ///   - isIdempotent: true when running it twice does no harm, so that a lost reply may be retried.
    ///   - deduplicates: true when a second call with the same idempotency key has no second effect and gets the same answer,
    ///     so that a call with a key may be retried too.
    ///   - isLongPoll: true when it mostly waits for news; a server that drains ends such calls at once.
    package init(
        _ id: UInt16, _ name: String, callers: Set<String>, isIdempotent: Bool = false, deduplicates: Bool = false,
        isLongPoll: Bool = false
    ) {
        entry = RPCMethodEntry(
            id: id, name: name, callers: callers, isIdempotent: isIdempotent, deduplicates: deduplicates,
            isLongPoll: isLongPoll)
    }
}

/// A call that is answered by many items, one after the other, as fast as the caller takes them. A server that drains ends
/// it; the caller then starts it anew, from where it stands.
package struct RPCStreamMethod<Input: Codable & Sendable, Item: Codable & Sendable>: Sendable {
    package let entry: RPCMethodEntry

    /// - Parameter isFinite: true when it brings what there is and ends; a server that drains, or a connection that grows
    ///   old, waits for that. Otherwise it waits for news and is ended at once.
    package init(_ id: UInt16, _ name: String, callers: Set<String>, isFinite: Bool = false) {
        entry = RPCMethodEntry(
            id: id, name: name, callers: callers, isIdempotent: true, isLongPoll: !isFinite, isStream: true)
    }
}

/// The untyped part of a method, as tables and logs need it.
package struct RPCMethodEntry: Sendable, Hashable {
    package let id: UInt16
    package let name: String
    package let callers: Set<String>
    package let isIdempotent: Bool
    package let deduplicates: Bool
    /// It mostly waits for news, and so may never end by itself.
    package let isLongPoll: Bool
    package let isStream: Bool

    package init(
        id: UInt16, name: String, callers: Set<String>, isIdempotent: Bool, deduplicates: Bool = false,
        isLongPoll: Bool = false, isStream: Bool = false
    ) {
        self.id = id
        self.name = name
        self.callers = callers
        self.isIdempotent = isIdempotent
        self.deduplicates = deduplicates
        self.isLongPoll = isLongPoll
        self.isStream = isStream
    }
}

/// The input or output of a call that needs none. Travels as an empty body, or as `{}`.
package struct Nothing: Codable, Sendable, Hashable {
    package init() {}
}

/// An output that is one resource: the server sends its id and version beside the body, from which the gateway makes
/// `Location` and `ETag` without reading the body.
package protocol RPCResource {
    var resourceID: String { get }
    var version: Int64 { get }
}
