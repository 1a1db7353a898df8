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
    package var retryAfterMilliseconds: Int?
    /// True when the call certainly did not run, so that any caller may send it again.
    package var isNotExecuted: Bool

    package init(
        _ status: RPCStatus, _ code: String, _ message: String, errors: [FieldFault] = [], current: String? = nil,
        retryAfterMilliseconds: Int? = nil, isNotExecuted: Bool = false
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors
        self.current = current
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.isNotExecuted = isNotExecuted
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
    package static func notFound(_ what: String) -> RPCFault {
        RPCFault(.notFound, "not_found", "No such \(what).")
    }

    package static func invalid(_ errors: [FieldFault]) -> RPCFault {
        RPCFault(.invalidArgument, "validation_failed", "The request does not fit; see errors.", errors: errors)
    }

    package static func forbidden(_ message: String) -> RPCFault {
        RPCFault(.permissionDenied, "forbidden", message)
    }

    static let draining = RPCFault(.unavailable, "draining", "The service is stopping.", isNotExecuted: true)

    package static let `internal` = RPCFault(
        .internal, "internal", "Something went wrong on our side; it has been logged.")
}
