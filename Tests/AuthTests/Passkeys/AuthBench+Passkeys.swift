import Contracts
import GRDB
import RPC
import Storage

@testable import auth

extension AuthBench {
    /// With passkeys on.
    static func withPasskeys(_ body: (AuthBench) async throws -> Void) async throws {
        let party = try RelyingParty(origins: TestAuthenticator.origins, id: TestAuthenticator.domain)
        try await with({ $0.passkeys = party }, body)
    }

    func creation(_ signedIn: SignedIn) async throws -> PasskeyCreation {
        try await desk.passkeys.creation(Nothing(), try await context(signedIn))
    }

    /// Makes a passkey and adds it.
    func add(_ name: String, _ authenticator: inout TestAuthenticator, by signedIn: SignedIn) async throws -> Passkey {
        let credential = authenticator.create(try await creation(signedIn))
        return try await desk.passkeys.add(
            NewPasskey(name: name, credential: credential), try await context(signedIn))
    }

    func passkeys(_ signedIn: SignedIn) async throws -> [Passkey] {
        try await desk.passkeys.list(Nothing(), try await context(signedIn)).items
    }

    func remove(_ passkey: Passkey, by signedIn: SignedIn) async throws {
        _ = try await desk.passkeys.remove(Nothing(), try await context(signedIn, resource: [passkey.id.text]))
    }

    func request() async throws -> PasskeyRequest { try await desk.passkeys.request(Nothing(), anonymous()) }

    var passkeyStore: PasskeyStore { desk.passkeys.passkeys }

    func waitingChallenges() async throws -> Int {
        try await desk.store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM passkey_challenge") ?? 0 }
    }
}
