import Contracts
import Foundation
import RPC

/// Passkeys over the wire: one's own, and the beginning of a sign-in.
struct PasskeyHandlers: Sendable {
    private static let nameLengths = 1...100

    let passkeys: PasskeyStore
    let clock: WallClock

    func creation(_ input: Nothing, _ context: RPCContext) async throws -> PasskeyCreation {
        try await passkeys.offer(to: try context.signedIn(), Occasion(context, at: clock()))
    }

    func add(_ input: NewPasskey, _ context: RPCContext) async throws -> Passkey {
        let identity = try context.signedIn()
        let name = try Self.name(input.name)
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
        guard let id = context.resource.first.flatMap(UUID.init(uuidString:)),
            try await passkeys.remove(id, by: identity, Occasion(context, at: clock()))
        else { throw RPCFault.notFound("passkey") }
        return Nothing()
    }

    func request(_ input: Nothing, _ context: RPCContext) async throws -> PasskeyRequest {
        try await passkeys.request(at: clock())
    }

    private static func name(_ text: String) throws -> String {
        let name = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard nameLengths.contains(name.unicodeScalars.count),
            !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else {
            throw RPCFault.invalid([
                FieldFault("name", "invalid", "must have 1 to \(nameLengths.upperBound) characters on one line")
            ])
        }
        return name
    }
}
