import Contracts
import Foundation
import RPC

// What handlers ask of a call.
extension RPCContext {
    /// - Throws: `unauthenticated` when the gateway names nobody.
    func signedIn() throws -> RPCIdentity {
        guard let identity else { throw RPCFault.unauthenticated }
        return identity
    }

    /// The id in the path; nil when what stands there is none.
    var resourceID: UUID? { resource.first.flatMap(UUID.init(uuidString:)) }

    /// The id in the path of a user.
    /// - Throws: `not_found` when what stands there is no id.
    var userID: UUID {
        get throws {
            guard let resourceID else { throw RPCFault.notFound("user") }
            return resourceID
        }
    }

    /// - Throws: `version_mismatch` when the client named a version, and it is another one.
    func checkVersion(_ user: User) throws {
        guard let ifMatch, ifMatch != user.version else { return }
        throw RPCFault(
            .aborted, "version_mismatch", "The user has changed since you read it.",
            current: String(decoding: try StrictJSON.encode(user), as: UTF8.self))
    }
}

extension RPCFault {
    static let unauthenticated = RPCFault(.unauthenticated, "unauthenticated", "Sign in first.")
}
