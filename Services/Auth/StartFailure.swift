import Foundation

/// Why the service does not start: one line that an operator can act on.
struct StartFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension StartFailure: CustomNSError {
    /// EX_CONFIG of sysexits(3): it will not start the next time, either.
    var errorCode: Int { 78 }
}
