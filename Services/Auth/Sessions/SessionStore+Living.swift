import Contracts
import Foundation
import GRDB
import Storage

/// The sessions of one user that live: the list of them, its bound, and its end.
extension SessionStore {
    /// Of one user: a sign-in beyond it ends the oldest one.
    static let livingMax = 100

    /// Newest first.
    func living(of user: UUID, seenFrom current: UUID, at now: Instant) async throws -> [LivingSession] {
        try await store.read { try living(of: user, seenFrom: current, at: now, in: $0) }
    }

    /// False when the user has no such session that lives.
    func endLiving(_ session: UUID, of user: UUID, _ reason: SessionEnd, _ occasion: Occasion) async throws -> Bool {
        try await store.write { db in
            let living = try living(of: user, seenFrom: occasion.actor.session, at: occasion.now, in: db)
            guard living.contains(where: { $0.id == session }) else { return false }
            try end(session, of: user, reason, occasion, in: db)
            return true
        }
    }

    /// How many living ones it has ended.
    /// - Parameter kept: goes on.
    func endAll(
        of user: UUID, but kept: UUID? = nil, _ reason: SessionEnd, _ occasion: Occasion
    ) async throws -> Int {
        try await store.write { db in
            let living = try living(of: user, seenFrom: occasion.actor.session, at: occasion.now, in: db)
            // With those that have fallen idle: an access token may outlive its session's idleness.
            try endAll(of: user, but: kept, reason, occasion, in: db)
            return living.count { $0.id != kept }
        }
    }

    /// Ends what one more would be too many of: those that nobody has used for too long, then the oldest. So the rows of
    /// a user that have not ended are bounded, too.
    func makeRoom(for user: UUID, _ occasion: Occasion, in db: Database) throws {
        let surplus = try Row.fetchAll(
            db,
            sql: """
                SELECT id, last_seen_ms, expires_ms FROM session WHERE user_id = :user AND ended_ms IS NULL
                ORDER BY (expires_ms > :now AND last_seen_ms >= :idle) DESC, created_ms DESC, id DESC
                LIMIT :limit OFFSET :kept
                """,
            arguments: [
                "user": user, "now": occasion.now.milliseconds, "idle": idleBefore(occasion.now),
                "limit": Self.livingMax, "kept": Self.livingMax - 1,
            ])
        for row in surplus {
            let end = SessionEnd(
                lastSeenAt: Instant(milliseconds: row["last_seen_ms"]),
                expiresAt: Instant(milliseconds: row["expires_ms"]), isUserActive: true, at: occasion.now,
                limits: limits)
            try self.end(row["id"], of: user, end ?? .tooMany, occasion, in: db)
        }
    }

    private func living(
        of user: UUID, seenFrom current: UUID?, at now: Instant, in db: Database
    ) throws -> [LivingSession] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT session.*, web.session_id IS NOT NULL AS is_web
                FROM session LEFT JOIN web_session AS web ON web.session_id = session.id
                WHERE session.user_id = :user AND session.ended_ms IS NULL
                    AND session.expires_ms > :now AND session.last_seen_ms >= :idle
                ORDER BY session.created_ms DESC, session.id DESC LIMIT :limit
                """,
            arguments: [
                "user": user, "now": now.milliseconds, "idle": idleBefore(now), "limit": Self.livingMax,
            ]
        ).map { LivingSession(row: $0, seenFrom: current) }
    }

    /// Who was seen before that is idle, as `SessionEnd` says.
    private func idleBefore(_ now: Instant) -> Int64 { now.advanced(bySeconds: -limits.idleSeconds).milliseconds }
}

extension LivingSession {
    fileprivate init(row: Row, seenFrom current: UUID?) {
        let id: UUID = row["id"]
        self.init(
            id: id, createdAt: Instant(milliseconds: row["created_ms"]),
            lastSeenAt: Instant(milliseconds: row["last_seen_ms"]),
            expiresAt: Instant(milliseconds: row["expires_ms"]), address: row["address"],
            device: DeviceName.of(row["user_agent"]), kind: row["is_web"] ? .web : .api, current: id == current)
    }
}
