import Contracts
import Foundation
import RPC

@testable import deals

/// The calls that stories about conflicts and lists are told with.
extension Desk {
    func place(
        _ name: String? = nil, organization: Organization? = nil, on list: ControlList, by person: Person,
        from: BusinessDate? = nil, to: BusinessDate? = nil, deal: Deal? = nil, key: String? = nil
    ) async throws -> ListEntry {
        let new = NewListEntry(
            organizationId: organization?.id, name: name, reason: "inside information", deal: deal?.id.text, from: from,
            to: to)
        return try await call(DealMethods.addListEntry, new, as: person, on: [list.rawValue], key: key)
    }

    func lift(_ entry: ListEntry, by person: Person, version: Int64? = nil) async throws -> ListEntry {
        try await call(
            DealMethods.liftListEntry, ListEntryLift(reason: "announced"), as: person,
            on: [entry.list.rawValue, entry.id.text], ifMatch: version ?? entry.version)
    }

    func entries(
        _ list: ControlList, _ query: ListEntryQuery = ListEntryQuery(), as person: Person
    ) async throws -> [ListEntry] {
        try await call(DealMethods.listEntries, query, as: person, on: [list.rawValue]).items
    }

    func check(
        _ names: [String] = [], organizations: [Organization] = [], deal: Deal? = nil, as person: Person
    ) async throws -> ConflictCheckAnswer {
        let asked =
            names.map { CheckedOrganization(name: $0) }
            + organizations.map { CheckedOrganization(organizationId: $0.id) }
        let new = NewConflictCheck(organizations: asked, deal: deal?.id.text)
        return try await call(DealMethods.checkConflicts, new, as: person)
    }

    /// The answers alone.
    func answers(
        _ names: [String] = [], organizations: [Organization] = [], deal: Deal? = nil, as person: Person
    ) async throws -> [ConflictAnswer] {
        try await check(names, organizations: organizations, deal: deal, as: person).items.map(\.answer)
    }

    func queue(_ query: ControlRoomQuery = ControlRoomQuery(), as person: Person) async throws -> ControlRoomPage {
        try await call(DealMethods.controlRoomQueue, query, as: person)
    }

    func get(_ check: UUID, as person: Person) async throws -> ConflictCheck {
        try await call(DealMethods.conflictCheck, Nothing(), as: person, on: [check.text])
    }

    func decide(
        _ check: ConflictCheck, _ decision: ConflictStatus, as person: Person, conditions: String? = nil,
        expiresOn: BusinessDate? = nil, ifMatch: Int64? = nil
    ) async throws -> ConflictCheck {
        let input = CheckDecision(decision: decision, conditions: conditions, expiresOn: expiresOn)
        return try await call(DealMethods.decideCheck, input, as: person, on: [check.id.text], ifMatch: ifMatch)
    }

    func claim(_ check: ConflictCheck, _ claimed: Bool, as person: Person) async throws -> ConflictCheck {
        try await call(
            DealMethods.claimCheck, CheckClaim(claimed: claimed), as: person, on: [check.id.text],
            ifMatch: check.version)
    }

    func requestClearance(of deal: Deal, as person: Person, note: String? = nil) async throws -> ConflictStatus {
        try await call(
            DealMethods.requestConflict, ConflictRequest(note: note), as: person, on: [deal.id.text]
        ).conflictStatus
    }

    func counterparty(_ name: String, on deal: Deal, by person: Person) async throws -> Counterparty {
        let new = NewCounterparty(name: name, kind: .strategic)
        return try await call(DealMethods.addCounterparty, new, as: person, on: [deal.id.text])
    }

    /// For the list of all calls about one deal.
    func controlRoomCalls(on reference: String, as person: Person) -> [(String, () async throws -> Data)] {
        let new = NewConflictCheck(organizations: [CheckedOrganization(name: "Borealis")], deal: reference)
        return [
            ("conflicts.check", { try await bytes(DealMethods.checkConflicts, new, as: person) }),
            (
                "conflict.request",
                {
                    try await bytes(
                        DealMethods.requestConflict, ConflictRequest(), as: person, on: [reference])
                }
            ),
            (
                "controlRoom.get",
                { try await bytes(DealMethods.conflictCheck, Nothing(), as: person, on: [reference]) }
            ),
        ]
    }

    /// Calls of compliance alone, each as a name and what it answers to this person.
    func complianceCalls(as person: Person) -> [(String, () async throws -> Data)] {
        let (id, new) = (UUIDv7.make().text, NewListEntry(name: "Borealis", reason: "curious"))
        let (patch, lift) = (ListEntryPatch(), ListEntryLift(reason: "spite"))
        let decision = CheckDecision(decision: .cleared)
        return ControlList.allCases.map(\.rawValue).flatMap { list -> [(String, () async throws -> Data)] in
            [
                ("lists", { try await bytes(DealMethods.listEntries, ListEntryQuery(), as: person, on: [list]) }),
                ("lists.add", { try await bytes(DealMethods.addListEntry, new, as: person, on: [list]) }),
                (
                    "lists.update",
                    { try await bytes(DealMethods.updateListEntry, patch, as: person, on: [list, id], ifMatch: 1) }
                ),
                (
                    "lists.lift",
                    { try await bytes(DealMethods.liftListEntry, lift, as: person, on: [list, id], ifMatch: 1) }
                ),
            ]
        } + [
            ("queue", { try await bytes(DealMethods.controlRoomQueue, ControlRoomQuery(), as: person) }),
            ("get", { try await bytes(DealMethods.conflictCheck, Nothing(), as: person, on: [id]) }),
            (
                "claim",
                {
                    try await bytes(
                        DealMethods.claimCheck, CheckClaim(claimed: true), as: person, on: [id], ifMatch: 1)
                }
            ),
            ("decide", { try await bytes(DealMethods.decideCheck, decision, as: person, on: [id]) }),
        ]
    }
}
