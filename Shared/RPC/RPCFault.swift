/// What a client may read about a call that failed. Everything else about a failure is logged where it happened and
/// leaves the service as `.internal`.
package struct RPCFault: Error, Sendable, Hashable {
    package var status: RPCStatus
    /// Stable, snake_case, for machines: `version_mismatch`, `rules_unmet`.
    package var code: String
    /// One sentence for people; never holds what the caller may not know.
    package var message: String
    package var errors: [FieldFault]
    /// The resource as it stands, as JSON text, where the caller's idea of it was stale.
    package var current: String?
    /// What the caller wants to change and others have changed since the version that he read; empty where that is not known.
    package var conflictingFields: [String]
    package var retryAfterMilliseconds: Int?
    /// True when the call certainly did not run, so that any caller may send it again.
    package var isNotExecuted: Bool
    /// True when sending it again would end the same way.
    package var doNotRetry: Bool
    /// True when a client got it as the outcome of a call: what it says of execution holds for that call alone.
    package internal(set) var isReceived = false

    package init(
        _ status: RPCStatus, _ code: String, _ message: String, errors: [FieldFault] = [], current: String? = nil,
        conflictingFields: [String] = [], retryAfterMilliseconds: Int? = nil, isNotExecuted: Bool = false,
        doNotRetry: Bool = false
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors
        self.current = current
        self.conflictingFields = conflictingFields
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.isNotExecuted = isNotExecuted
        self.doNotRetry = doNotRetry
    }
}

/// One thing that is wrong with one field of the input. `field` is a path such as `value.amount`; empty for the whole.
package struct FieldFault: Sendable, Hashable, Codable {
    package var field: String
    package var code: String
    package var message: String

    package init(_ field: String, _ code: String, _ message: String) {
        self.field = field
        self.code = code
        self.message = message
    }
}

extension RPCFault: CustomStringConvertible {
    /// For logs: one line.
    package var description: String { "\(status) (\(code)): \(message)" }
}

extension RPCFault {
    /// What one answer names of all that is wrong with a request: it must not grow with the request's body.
    package static let errorsMax = 100

    package static func notFound(_ what: String) -> RPCFault {
        RPCFault(.notFound, "not_found", "No such \(what).")
    }

    /// Of more than `errorsMax` faults the first are named, and the words say how many there are.
    package static func invalid(_ errors: [FieldFault]) -> RPCFault {
        let words = errors.count > errorsMax ? ", the first \(errorsMax) of \(errors.count)" : ""
        return RPCFault(
            .invalidArgument, "validation_failed", "The request does not fit; see errors\(words).",
            errors: Array(errors.prefix(errorsMax)))
    }

    package static func forbidden(_ message: String) -> RPCFault {
        RPCFault(.permissionDenied, "forbidden", message)
    }

    /// Before anything ran: the same call at another time, or to another server, may well succeed.
    static let draining = RPCFault(.unavailable, "draining", "The service is stopping.", isNotExecuted: true)
    /// Said by a server that stops, of a call that it did not take any more.
    var isDraining: Bool { isNotExecuted && status == Self.draining.status && code == Self.draining.code }

    static let streamDrained = RPCFault(.unavailable, "draining", "The service is stopping; start the stream anew.")
    static let busy = RPCFault(
        .resourceExhausted, "busy", "Too many calls at once.", retryAfterMilliseconds: 64, isNotExecuted: true)
    static let expired = RPCFault(
        .deadlineExceeded, "deadline_exceeded", "Too late to start.", isNotExecuted: true)
    static let cancelledBeforeStart = RPCFault(
        .cancelled, "cancelled", "The caller gave up.", isNotExecuted: true)

    static let badReply = RPCFault(.internal, "bad_reply", "The reply cannot be read.")

    /// Whether the call ran is unknown.
    static func connectionLost(_ peer: String) -> RPCFault {
        RPCFault(.unavailable, "connection_lost", "The connection to \(peer) was lost.")
    }

    /// Before anything ran, and for good: `code` and words say what is wrong with the call itself.
    static func refused(_ status: RPCStatus, _ code: String, _ message: String) -> RPCFault {
        RPCFault(status, code, message, isNotExecuted: true, doNotRetry: true)
    }

    package static let `internal` = RPCFault(
        .internal, "internal", "Something went wrong on our side; it has been logged.")
}
