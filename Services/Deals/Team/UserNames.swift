import Contracts
import Foundation
import RPC
import Synchronization

/// The names of people who create deals, remembered for a while so that creating a deal need not ask auth each time.
/// Any thread; at most 4 096 names, ten minutes each.
final class UserNames: Sendable {
    static let namesMax = 4096
    static let secondsMax: Int64 = 600

    private struct Known {
        let name: String
        let until: Instant
    }

    private let users: UserResolver
    private let known = Mutex<[UUID: Known]>([:])

    init(_ users: @escaping UserResolver) { self.users = users }

    func name(of caller: Caller) async throws -> String {
        if let known = known.withLock({ $0[caller.id] }), caller.now < known.until { return known.name }
        do {
            let name = try await users(UserLookup(id: caller.id), caller.context).name
            remember(name, of: caller)
            return name
        } catch let fault as RPCFault where fault.status == .notFound {
            throw RPCFault(.unauthenticated, "unauthenticated", "Sign in again.")
        }
    }

    private func remember(_ name: String, of caller: Caller) {
        known.withLock {
            // Starting over is rare and costs one question each; it needs no order of use.
            if $0.count >= Self.namesMax { $0.removeAll(keepingCapacity: true) }
            $0[caller.id] = Known(name: name, until: caller.now.advanced(bySeconds: Self.secondsMax))
        }
    }
}
