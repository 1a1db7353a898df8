import Contracts
import Events
import Foundation
import GRDB
import RPC
import Storage

/// Answers whether the firm may deal with organizations: `clear` or `refer_to_control_room`, and nothing else. What hit is
/// written down for the control room. Whatever is asked, and whatever is found, the same looks are made and an event
/// says that somebody asked.
struct ConflictCheckStore: Sendable {
    let store: Store

    func check(_ form: ConflictCheckForm, by caller: Caller) async throws -> ConflictCheckAnswer {
        try await store.onceOfNoDeal(by: caller) { db in
            let deal = try form.deal.map { try DealRows.seen($0, by: caller, may: .read, in: db).deal.id }
            let parties = try Self.parties(form.asked, by: caller, in: db)
            let hits = try parties.map { try ConflictMatches.hits($0, for: deal, on: caller.today, in: db) }
            let check = ConflictCheck(
                id: UUIDv7.make(at: caller.now), origin: .asked, requested: true, requestedBy: caller.id,
                requestedAt: caller.now, dueOn: caller.today.adding(workingDays: BusinessDate.checkDays), version: 1)
            try ConflictCheckRows.insert(
                check, deal: deal, isQueued: hits.contains { !$0.matches.isEmpty }, in: db)
            try ConflictCheckRows.append(hits, to: check.id, answers: true, in: db)
            try ControlRoomStore.record(EventType.conflictCheckRequested, check, [], by: caller, in: db)
            return ConflictCheckAnswer(
                id: check.id,
                items: zip(form.asked, hits).map {
                    OrganizationAnswer(organizationId: $0.organizationId, name: $0.name, answer: $1.answer)
                })
        }
    }

    private static func parties(
        _ asked: [CheckedOrganization], by caller: Caller, in db: Database
    ) throws -> [ScreenedParty] {
        var faults: [FieldFault] = []
        var parties: [ScreenedParty] = []
        for (index, one) in asked.enumerated() {
            var name = one.name
            if let id = one.organizationId {
                name = try OrganizationSight.find(id, by: caller, in: db)?.organization.name
            }
            guard let name else {
                faults.append(
                    FieldFault(
                        "organizations[\(index)].organizationId", "unknown_organization",
                        "must be an organization that you know of"))
                continue
            }
            parties.append(
                ScreenedParty(organizationId: one.organizationId, name: name, role: one.role, countsAllDeals: true))
        }
        guard faults.isEmpty else { throw RPCFault.invalid(faults) }
        return parties
    }
}
