import RPC

extension RPCFault {
    /// `invalidArgument validation_failed: The request does not fit; see errors.`
    var headline: String { "\(status) \(code): \(message)" }

    /// The headline, then a line for each field.
    var lines: [String] {
        [headline] + errors.map { "  \($0.field.isEmpty ? "the whole" : $0.field): \($0.message) (\($0.code))" }
    }
}
