import Contracts
import Foundation
import GRDB

/// Looks at every name that is written on a deal, in the transaction that writes it. What hits is put into the deal's
/// check and told to the control room alone: not by an answer, and not by an event either, whose number would tell.
enum ConflictWatch {
    /// Of a deal whose clearance is asked for.
    private static let counterpartiesMax = 100

    /// Called after the deal is written.
    static func opened(_ deal: Deal, by caller: Caller, in db: Database) throws {
        try written(names(of: deal), on: deal, by: caller, in: db)
        if deal.conflictStatus == .pending { try request(deal, by: caller, in: db) }
    }

    /// Called after a deal is written anew.
    static func changed(_ before: Deal, _ after: Deal, by caller: Caller, in db: Database) throws {
        let (old, new) = (names(of: before), names(of: after))
        if old != new {
            for party in old where !new.contains(party) {
                if let role = party.role { try ScreenedNames.remove(party.name, role, of: after, in: db) }
            }
            try written(new.filter { !old.contains($0) }, on: after, by: caller, in: db)
        }
        if after.conflictStatus == .pending, before.conflictStatus != .pending {
            try request(after, by: caller, in: db)
        }
    }

    static func added(_ party: DealParty, to deal: Deal, by caller: Caller, in db: Database) throws {
        try screen([screened(party)], on: deal, by: caller, in: db)
    }

    /// - Parameter organization: whose name it is, where that is known.
    static func added(
        counterparty name: String, organization: UUID? = nil, to deal: Deal, by caller: Caller, in db: Database
    ) throws {
        try written(
            [ScreenedParty(organizationId: organization, name: name, role: .counterparty)], on: deal, by: caller, in: db
        )
    }

    /// Puts the deal into the queue, with all that it hits by now.
    static func request(_ deal: Deal, by caller: Caller, in db: Database) throws {
        var parties = names(of: deal)
        parties += try PartyRows.all(of: deal.id, in: db).map(screened)
        parties += try CounterpartyRows.all(of: deal.id, limit: counterpartiesMax, in: db).map {
            ScreenedParty(organizationId: $0.organizationId, name: $0.name, role: .counterparty)
        }
        let hits = try parties.map { try ConflictMatches.hits($0, for: deal.id, on: caller.today, in: db) }
        let told = hits.filter { !$0.matches.isEmpty || [.client, .target].contains($0.party.role) }
        guard let open = try ConflictCheckRows.open(of: deal.id, in: db) else {
            let check = try insert(deal, isRequested: true, by: caller, in: db)
            _ = try ConflictCheckRows.append(told, to: check, answers: false, in: db)
            return
        }
        try ConflictCheckRows.append(told, to: open, answers: false, in: db)
        try db.cachedStatement(
            sql: """
                UPDATE conflict_check SET requested = 1, requested_by = ?, requested_ms = max(?, requested_ms),
                    version = version + 1
                WHERE id = ?
                """
        ).execute(arguments: [caller.id, caller.now.milliseconds, open])
    }

    /// What the asker wants the control room to know.
    static func write(_ note: String, of deal: UUID, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                UPDATE conflict_check SET request_note = ?, version = version + 1
                WHERE deal_id = ? AND origin = 'deal' AND decided_ms IS NULL
                """
        ).execute(arguments: [note, deal])
    }

    private static func written(
        _ parties: [ScreenedParty], on deal: Deal, by caller: Caller, in db: Database
    ) throws {
        for party in parties {
            if let role = party.role { try ScreenedNames.add(party.name, role, of: deal, in: db) }
        }
        try screen(parties, on: deal, by: caller, in: db)
    }

    private static func screen(
        _ parties: [ScreenedParty], on deal: Deal, by caller: Caller, in db: Database
    ) throws {
        let hits = try parties.map { try ConflictMatches.hits($0, for: deal.id, on: caller.today, in: db) }
            .filter { !$0.matches.isEmpty }
        guard !hits.isEmpty else { return }
        guard let open = try ConflictCheckRows.open(of: deal.id, in: db) else {
            let check = try insert(deal, isRequested: false, by: caller, in: db)
            _ = try ConflictCheckRows.append(hits, to: check, answers: false, in: db)
            return
        }
        guard try ConflictCheckRows.append(hits, to: open, answers: false, in: db) else { return }
        // Whoever decides must have read what came to it.
        try db.cachedStatement(sql: "UPDATE conflict_check SET version = version + 1 WHERE id = ?")
            .execute(arguments: [open])
    }

    private static func insert(
        _ deal: Deal, isRequested: Bool, by caller: Caller, in db: Database
    ) throws -> UUID {
        let check = ConflictCheck(
            id: UUIDv7.make(at: caller.now), origin: .deal, requested: isRequested, requestedBy: caller.id,
            requestedAt: caller.now, dueOn: caller.today.adding(workingDays: BusinessDate.checkDays), version: 1)
        try ConflictCheckRows.insert(check, deal: deal.id, isQueued: true, in: db)
        return check.id
    }

    static func names(of deal: Deal) -> [ScreenedParty] {
        [ScreenedParty(organizationId: nil, name: deal.clientName, role: .client)]
            + [deal.targetName].compactMap(\.self).map {
                ScreenedParty(organizationId: nil, name: $0, role: .target)
            }
    }

    static func screened(_ party: DealParty) -> ScreenedParty {
        ScreenedParty(organization: party.organizationId, name: party.organizationName, role: party.role)
    }
}
