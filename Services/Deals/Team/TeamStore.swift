import Contracts
import Foundation
import GRDB
import RPC
import Storage

/// Who is on a deal, and until when: former members' rows stay, as the record of who could know.
struct TeamStore: Sendable {
    let store: Store

    /// Active members of one deal.
    static let membersMax = 200

    func team(_ reference: DealReference, by caller: Caller) async throws -> Team {
        try await store.read { db in
            let deal = try DealRows.seen(reference, by: caller, may: .read, in: db).deal
            return Team(items: try Self.members(of: deal.id, limit: Self.membersMax, in: db))
        }
    }

    /// Of a deal that the caller sees, in the order in which they joined.
    static func members(of deal: UUID, limit: Int, in db: Database) throws -> [TeamMember] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT user_id, name, role, access, reason, added_by, added_ms, removed_ms FROM team_member
                WHERE deal_id = ? AND removed_ms IS NULL ORDER BY added_ms, rowid LIMIT ?
                """)
        return try Row.fetchAll(statement, arguments: [deal, limit]).map(member)
    }

    /// - Throws: `notFound` or `access_too_low` when the caller may not change this deal's team.
    func requireManager(of reference: DealReference, _ caller: Caller) async throws {
        try await store.read { db in _ = try DealRows.seen(reference, by: caller, may: .manage, in: db) }
    }

    func add(_ member: TeamMember, to reference: DealReference, by caller: Caller) async throws -> TeamMember {
        try await store.once(by: caller) { db in
            _ = try Self.add(member, to: reference, by: caller, in: db)
            return member
        }
    }

    /// The deal that he is on now.
    static func add(
        _ member: TeamMember, to reference: DealReference, by caller: Caller, in db: Database
    ) throws -> Deal {
        let deal = try DealRows.seen(reference, by: caller, may: .manage, in: db).deal
        guard try access(of: member.userId, to: deal.id, in: db) == nil else {
            throw RPCFault(.alreadyExists, "already_member", "This person is on the deal's team.")
        }
        guard try count(deal.id, in: db) < membersMax else {
            throw RPCFault(
                .failedPrecondition, "team_full", "A deal's team has at most \(membersMax) members.")
        }
        try append(member, to: deal, in: db)
        let changes = [
            FieldChange("userId", before: nil, after: member.userId.text),
            FieldChange("role", before: nil, after: member.role.rawValue),
            FieldChange("access", before: nil, after: member.access.rawValue),
            FieldChange("reason", before: nil, after: member.reason),
        ]
        try Event.record(EventType.dealTeamAdded, about: deal, by: caller, changes: changes, in: db)
        return deal
    }

    /// Ends access with the commit: every later call reads the row that is gone from the active ones.
    func remove(_ user: UUID, from reference: DealReference, by caller: Caller) async throws {
        try await store.write { db in
            let deal = try DealRows.seen(reference, by: caller, may: .manage, in: db).deal
            guard user != deal.leadId else {
                throw RPCFault(
                    .failedPrecondition, "lead_cannot_leave", "Give the deal another lead before you remove this one.")
            }
            try db.cachedStatement(
                sql: """
                    UPDATE team_member SET removed_ms = max(?, added_ms), removed_by = ?
                    WHERE deal_id = ? AND user_id = ? AND removed_ms IS NULL
                    """
            ).execute(arguments: [caller.now.milliseconds, caller.id, deal.id, user])
            guard db.changesCount == 1 else { throw RPCFault.notFound("team member") }
            try Event.record(
                EventType.dealTeamRemoved, about: deal, by: caller,
                changes: [FieldChange("userId", before: user.text, after: nil)], in: db)
        }
    }

    static func append(_ member: TeamMember, to deal: Deal, in db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO team_member (id, deal_id, user_id, name, role, access, reason, added_by, added_ms,
                    deal_updated_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            UUIDv7.make(at: member.from), deal.id, member.userId, member.name, member.role.rawValue,
            member.access.rawValue, member.reason, member.addedBy, member.from.milliseconds,
            deal.updatedAt.milliseconds,
        ])
    }

    /// What an active member may do; nil for everybody else.
    static func access(of user: UUID, to deal: UUID, in db: Database) throws -> TeamAccess? {
        let statement = try db.cachedStatement(
            sql: "SELECT access FROM team_member WHERE deal_id = ? AND user_id = ? AND removed_ms IS NULL")
        return try Row.fetchOne(statement, arguments: [deal, user]).map { try $0.choice(0) }
    }

    private static func count(_ deal: UUID, in db: Database) throws -> Int {
        let statement = try db.cachedStatement(
            sql: "SELECT COUNT(*) FROM team_member WHERE deal_id = ? AND removed_ms IS NULL")
        return try Int.fetchOne(statement, arguments: [deal]) ?? 0
    }

    private static func member(_ row: Row) throws -> TeamMember {
        let removed: Int64? = row[7]
        return TeamMember(
            userId: row[0], name: row[1], role: try row.choice(2), access: try row.choice(3), reason: row[4],
            addedBy: row[5], from: Instant(milliseconds: row[6]), to: removed.map(Instant.init(milliseconds:)))
    }
}
