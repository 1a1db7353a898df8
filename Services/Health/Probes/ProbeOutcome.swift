import RPC

/// How one look at a service ended. The texts are shown to users who are signed in.
enum ProbeOutcome: Sendable, Hashable {
    case good
    /// It answers, but says that it is not ready: starting, draining, or without something it needs.
    case notReady
    /// There is no connection: it is not running, or cannot be reached.
    case unreachable(String)
    /// No answer in time, or a wrong one.
    case failed(String)

    /// - Parameter isReady: asks the service; throws when there is no answer.
    init(_ isReady: () async throws -> Bool) async {
        do {
            self = try await isReady() ? .good : .notReady
        } catch let fault as RPCFault {
            self = fault.status == .unavailable ? .unreachable(fault.message) : .failed(fault.message)
        } catch {
            self = .failed("It does not answer as it should.")
        }
    }

    var isFailure: Bool {
        switch self {
        case .good, .notReady: false
        case .unreachable, .failed: true
        }
    }

    var error: String? {
        switch self {
        case .good: nil
        case .notReady: "It is not ready."
        case .unreachable(let message), .failed(let message): message
        }
    }
}
