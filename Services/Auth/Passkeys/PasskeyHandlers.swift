import Contracts
import Foundation
import RPC

/// Passkeys over the wire: one's own, and the beginning of a sign-in.
struct PasskeyHandlers: Sendable {
    private static let nameLengthMax = 100

    let passkeys: PasskeyStore
    let clock: WallClock

    func creation(_ input: Nothing, _ context: RPCContext) async throws -> PasskeyCreation {
        try await passkeys.offer(to: try context.signedIn(), Occasion(context, at: clock()))
    }

    func add(_ input: NewPasskey, _ context: RPCContext) async throws -> Passkey {
        let identity = try context.signedIn()
        guard let name = OneLine.text(input.name, lengthMax: Self.nameLengthMax) else {
            throw RPCFault.invalid([OneLine.fault("name", lengthMax: Self.nameLengthMax)])
        }
        do {
            return try await passkeys.add(
                input.credential, named: name, by: identity, Occasion(context, at: clock()))
        } catch let refusal as PasskeyRefusal {
            throw refusal.fault
        }
    }

    func list(_ input: Nothing, _ context: RPCContext) async throws -> PasskeyList {
        PasskeyList(items: try await passkeys.passkeys(of: try context.signedIn().subject))
    }

    func remove(_ input: Nothing, _ context: RPCContext) async throws -> Nothing {
        let identity = try context.signedIn()
        guard let id = context.resourceID,
            try await passkeys.remove(id, by: identity, Occasion(context, at: clock()))
        else { throw RPCFault.notFound("passkey") }
        return Nothing()
    }

    func request(_ input: Nothing, _ context: RPCContext) async throws -> PasskeyRequest {
        try await passkeys.request(at: clock())
    }
}
