import Contracts
import Foundation
import GRDB
import RPC
import Testing

@testable import deals

/// What bankers, and all others but compliance, learn of lists and of deals that they may not see: nothing.
struct ConflictLeakTests {
    /// An answer's bytes without the id, which is new each time.
    private static func bare(_ data: Data) throws -> String {
        let id = try JSONDecoder().decode(ConflictCheckAnswer.self, from: data).id.text
        return String(decoding: data, as: UTF8.self).replacing(id, with: "ID")
    }

    private static func ask(_ name: String, _ desk: Desk, as person: Person) async throws -> String {
        let new = NewConflictCheck(organizations: [CheckedOrganization(name: name)])
        return try bare(try await desk.bytes(DealMethods.checkConflicts, new, as: person)).replacing(name, with: "NAME")
    }

    @Test func aWatchedNameIsAnsweredAsOneThatNobodyKnows() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            _ = try await desk.place("Borealis", on: .watch, by: compliance)
            let before = try await desk.events().count
            let watched = try await Self.ask("Borealis", desk, as: banker)
            let middle = try await desk.events().count
            let unknown = try await Self.ask("Zephyr", desk, as: banker)
            #expect(watched == unknown && watched.contains("clear"))
            // The same traces are left in the stream of events, too.
            let events = try await desk.events().dropFirst(before)
            #expect(middle - before == 1 && events.count == 2)
            #expect(events.allSatisfy { $0.type == "conflict.check.requested" && $0.changes.isEmpty })
            #expect(Set(events.map(\.subject.kind)) == ["conflict_check"])
            #expect(try await desk.queue(as: compliance).items.count == 1)
        }
    }

    @Test func allThatRefersIsAnsweredAlike() async throws {
        try await Desk.with { desk in
            let (banker, other, compliance) = (desk.person(.banker), desk.person(.banker), desk.person(.compliance))
            _ = try await desk.place("Restricted Co", on: .restricted, by: compliance)
            _ = try await desk.place("Untouchable", on: .doNotContact, by: compliance)
            _ = try await desk.deal("Falcon", by: other, client: "Secret Client", confidentiality: .secret)
            _ = try await desk.deal("Hawk", by: other, client: "Open Client", confidentiality: .public)
            let answers = try await [
                Self.ask("Restricted Co", desk, as: banker), Self.ask("Untouchable", desk, as: banker),
                Self.ask("Secret Client", desk, as: banker), Self.ask("Open Client", desk, as: banker),
            ]
            #expect(Set(answers).count == 1)
            #expect(answers.first?.contains("refer_to_control_room") == true)
        }
    }

    /// Two questions with different roles tell no more than one.
    @Test func theRoleChangesNoAnswer() async throws {
        try await Desk.with { desk in
            let (banker, other) = (desk.person(.banker), desk.person(.banker))
            _ = try await desk.deal("Falcon", by: other, client: "Borealis", confidentiality: .secret)
            let asked = CheckedRole.allCases.map { CheckedOrganization(name: "Borealis", role: $0) }
            let answer = try await desk.call(
                DealMethods.checkConflicts, NewConflictCheck(organizations: asked), as: banker)
            #expect(Set(answer.items.map(\.answer)) == [.refer])
        }
    }

    /// What is written on a deal is answered, told and kept the same whether its names hit or not.
    @Test(arguments: ControlList.allCases)
    func aHitChangesNothingThatTheDealsPeopleSee(list: ControlList) async throws {
        try await Desk.with { desk in
            let (banker, admin, compliance) = (desk.person(.banker), desk.person(.admin), desk.person(.compliance))
            _ = try await desk.place("Borealis", on: list, by: compliance)
            var seen: [[String]] = []
            for (code, name) in [("Falcon", "Borealis"), ("Hawker", "Zephyros")] {
                let before = try await desk.events().count
                let deal = try await desk.deal(code, by: banker, client: name)
                _ = try await desk.counterparty(name, on: deal, by: banker)
                _ = try await desk.newParty(name, .acquirer, on: deal, by: banker)
                let read = try await desk.get(deal, as: banker)
                let events = try await desk.events().dropFirst(before)
                let options = try await desk.options(deal, as: banker)
                seen.append(
                    events.map(\.type) + options.targets.flatMap { $0.unmet + $0.warnings }.codes
                        + ["\(read.version) \(read.conflictStatus)", read.conflictExpiresOn?.text ?? "none"])
            }
            #expect(seen.count == 2 && seen[0] == seen[1])
            for person in [banker, admin] {
                for (name, send) in desk.complianceCalls(as: person) {
                    let refused = try await fault("forbidden") { try await send() }
                    #expect(refused.status == .permissionDenied, "\(name)")
                }
            }
            #expect(try await desk.queue(as: compliance).items.count == 1)
        }
    }

    /// That an import can be taken back tells nothing of what it hit.
    @Test func aHitDoesNotStandInTheWayOfTakingAnImportBack() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            _ = try await desk.place("Borealis", on: .watch, by: compliance)
            let job = try await desk.imported(
                "codeName,type,clientName\nFalcon,sell_side_ma,Borealis Ltd\n", as: banker)
            #expect(try await desk.queue(as: compliance).items.map { $0.hits.map(\.list) } == [[.watch]])
            let reverted = try await desk.revert(job, as: banker)
            #expect(reverted.state == .reverted)
            #expect(try await desk.list(as: banker).items.isEmpty)
            // Nothing waits of a deal that is gone.
            #expect(try await desk.queue(as: compliance).items.isEmpty)
        }
    }

    /// Compliance that may not read a secret deal sees that one hits, and of its own check that there is one.
    @Test func aSecretDealIsWithheldFromOfficersWhoAreNotNamed() async throws {
        try await Desk.with { desk in
            let (banker, officer, named) = (desk.person(.banker), desk.person(.compliance), desk.person(.compliance))
            let secret = try await desk.deal("Falcon", by: banker, client: "Borealis", confidentiality: .secret)
            _ = try await desk.add(named, to: secret, by: banker, access: .read, role: .compliance)
            _ = try await desk.check(["Borealis plc"], as: desk.person(.banker))
            #expect(try await desk.requestClearance(of: secret, as: banker) == .pending)
            let page = try await desk.bytes(DealMethods.controlRoomQueue, ControlRoomQuery(), as: officer)
            let text = String(decoding: page, as: UTF8.self)
            for word in [secret.number, secret.id.text, "Falcon", banker.id.text] { #expect(!text.contains(word)) }
            let items = try JSONDecoder().decode(ControlRoomPage.self, from: page).items
            let asked = try #require(items.first { $0.origin == .asked })
            #expect(asked.hits.map(\.secretDeal) == [true] && asked.hitCount == 1)
            let own = try #require(items.first { $0.origin == .deal })
            #expect(own.withheld && own.parties.isEmpty && own.hits.isEmpty && own.requestedBy == nil)
            try await fault("access_too_low") { try await desk.decide(own, .cleared, as: officer) }
            try await fault("access_too_low") { try await desk.claim(own, true, as: officer) }
            let seen = try await desk.queue(as: named).items
            #expect(seen.allSatisfy { !$0.withheld } && seen.contains { $0.dealNumber == secret.number })
            #expect(seen.first { $0.origin == .asked }?.hits.first?.dealId == secret.id)
            #expect(try await desk.decide(own, .cleared, as: named).decision == .cleared)
            #expect(try await desk.get(secret, as: banker).conflictStatus == .cleared)
        }
    }

    /// Of a list entry, whom it is for is withheld with the deal.
    @Test func whyAnEntryWasPlacedIsWithheldWithTheDeal() async throws {
        try await Desk.with { desk in
            let (banker, officer, named) = (desk.person(.banker), desk.person(.compliance), desk.person(.compliance))
            let secret = try await desk.deal("Falcon", by: banker, client: "Aurora", confidentiality: .secret)
            _ = try await desk.add(named, to: secret, by: banker, access: .read, role: .compliance)
            let refused = try await fault("validation_failed") {
                try await desk.place("Borealis", on: .watch, by: officer, deal: secret)
            }
            #expect(refused.details == ["deal unknown_deal"])
            let entry = try await desk.place("Borealis", on: .watch, by: named, deal: secret)
            #expect(entry.dealId == secret.id)
            #expect(try await desk.entries(.watch, as: named).map(\.dealId) == [secret.id])
            #expect(try await desk.entries(.watch, as: officer).map(\.dealId) == [nil])
            let event = try #require(try await desk.events().last)
            #expect(event.type == "list_entry.placed" && !event.changes.contains { $0.after == secret.id.text })
        }
    }
}
