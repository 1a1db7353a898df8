import Contracts
import Crypto
import Foundation
import GRDB
import Storage
import Tokens

/// Challenges in auth.sqlite, by their SHA-256: each is good once, for a while, and for what it was issued for.
enum PasskeyChallengeStore {
    static let lifetimeSeconds: Int64 = 300
    /// Kept of each purpose; the oldest go.
    static let waitingMax: Int64 = 10_000
    /// 256 bits; WebAuthn wants 128 (level 2, section 13.4.3).
    private static let byteCount = 32

    /// A new one, in base64url.
    static func issue(for purpose: PasskeyPurpose, at now: Instant, in db: Database) throws -> String {
        let challenge = Data.random(count: byteCount)
        let expiry = now.advanced(bySeconds: lifetimeSeconds).milliseconds
        let (name, user, session) = columns(of: purpose)
        let newest = try Int64.fetchOne(
            db, sql: "SELECT max(number) FROM passkey_challenge WHERE purpose = ?", arguments: [name])
        let number = (newest ?? 0) + 1
        try db.execute(
            sql: """
                INSERT INTO passkey_challenge (purpose, number, hash, user_id, session_id, expires_ms)
                VALUES (?, ?, ?, ?, ?, ?)
                """, arguments: [name, number, hash(of: challenge), user, session, expiry])
        try db.execute(
            sql: "DELETE FROM passkey_challenge WHERE purpose = ? AND number <= ?",
            arguments: [name, number - waitingMax])
        return Base64URL.encode(challenge)
    }

    /// Uses a challenge up. Nil when there is none such.
    static func take(_ text: String, in db: Database) throws -> IssuedChallenge? {
        guard let challenge = Base64URL.decode(text), challenge.count == byteCount else { return nil }
        let row = try Row.fetchOne(
            db, sql: "DELETE FROM passkey_challenge WHERE hash = ? RETURNING user_id, session_id, expires_ms",
            arguments: [hash(of: challenge)])
        guard let row else { return nil }
        let purpose: PasskeyPurpose =
            if let user: UUID = row["user_id"], let session: UUID = row["session_id"] {
                .registration(user: user, session: session)
            } else {
                .signIn
            }
        return IssuedChallenge(purpose: purpose, expiresAt: Instant(milliseconds: row["expires_ms"]))
    }

    private static func hash(of challenge: some DataProtocol) -> Data { Data(SHA256.hash(data: challenge)) }

    private static func columns(of purpose: PasskeyPurpose) -> (name: String, user: UUID?, session: UUID?) {
        switch purpose {
        case .registration(let user, let session): ("registration", user, session)
        case .signIn: ("sign_in", nil, nil)
        }
    }
}
