import Contracts
import Foundation
import Logging
import RPC
import Synchronization
import Tokens

/// The key that signs, and its way: announced before it signs, and known for as long as what it signed lives. So a
/// rotation loses no request.
final class KeyRing: Sendable {
    /// Gateways hear of a key within a second, and others may keep the public key set for a minute; it signs later than
    /// both.
    static let announceSeconds: Int64 = 90
    private static let stepEvery = Duration.seconds(1)

    private let keys: KeyStore
    private let rotateSeconds: Int64
    private let tokenSeconds: Int64
    private let clock: WallClock
    private let current: Mutex<AccessTokenSigner>

    /// - Parameters:
    ///   - rotateSeconds: how long a key signs.
    ///   - tokenSeconds: how long what it signs lives.
    init(
        _ active: SigningKey, keys: KeyStore, rotateSeconds: Int64, tokenSeconds: Int64, clock: @escaping WallClock
    ) {
        self.keys = keys
        self.rotateSeconds = rotateSeconds
        self.tokenSeconds = tokenSeconds
        self.clock = clock
        current = Mutex(AccessTokenSigner(active))
    }

    var signer: AccessTokenSigner { current.withLock { $0 } }

    /// Announces the next key.
    /// - Throws: `rotation_running` while one waits already.
    func rotate(_ input: Nothing, _ context: RPCContext) async throws -> KeyRotation {
        let occasion = Occasion(context, at: clock())
        guard let key = try await keys.announce(occasion) else {
            throw RPCFault(
                .failedPrecondition, "rotation_running",
                "The next key is announced already; it signs within 90 seconds.")
        }
        return KeyRotation(kid: key.kid, activeAt: occasion.now.advanced(bySeconds: Self.announceSeconds))
    }

    func list(_ input: Nothing, _ context: RPCContext) async throws -> SigningKeyList {
        SigningKeyList(items: try await keys.list())
    }

    /// Whatever is due.
    func step() async throws {
        let now = clock()
        let active = try await keys.advance(
            announcedBefore: now.advanced(bySeconds: -Self.announceSeconds),
            activeBefore: now.advanced(bySeconds: -rotateSeconds),
            replacedBefore: now.advanced(bySeconds: -(tokenSeconds + 60)), .own(at: now))
        if let active { current.withLock { $0 = AccessTokenSigner(active) } }
    }

    func runUntilCancelled(_ logger: Logger) async {
        while !Task.isCancelled {
            do { try await step() } catch {
                logger.warning("keys were not looked after", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: Self.stepEvery)  // throws only when cancelled, which ends the loop
        }
    }
}
