import Contracts
import Foundation
import RPC
import Testing

@testable import deals

/// What comes into the queue of the control room, in which order, and what a decision does.
struct ControlRoomTests {
    @Test func whatIsWrittenOnADealIsLookedAtInSilence() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            for name in ["Client", "Target", "Party", "Buyer"] {
                _ = try await desk.place(name, on: .watch, by: compliance)
            }
            let deal = try await desk.deal("Falcon", by: banker, client: "Client Ltd")
            #expect(try await desk.queue(as: compliance).items.map(\.hitCount) == [1])
            _ = try await desk.update(deal, as: banker) { $0.targetName = .set("TARGET") }
            _ = try await desk.newParty("Party", .acquirer, on: deal, by: banker)
            _ = try await desk.counterparty("Buyer Inc.", on: deal, by: banker)
            let check = try #require(try await desk.queue(as: compliance).items.first)
            #expect(check.origin == .deal && !check.requested && check.dealId == deal.id)
            #expect(check.parties.map(\.name) == ["Client Ltd", "TARGET", "Party", "Buyer Inc."])
            #expect(check.parties.map(\.role) == [.client, .target, .other, .counterparty])
            #expect(check.hits.map(\.party) == [1, 2, 3, 4] && check.hits.allSatisfy { $0.list == .watch })
            #expect(check.requestedBy == banker.id && check.version == 4 && check.dueOn.text == "2026-11-04")
            #expect(try await desk.queue(as: compliance).items.count == 1)
        }
    }

    @Test func theOtherSideOfAnotherDealHits() async throws {
        try await Desk.with { desk in
            let (banker, other, compliance) = (desk.person(.banker), desk.person(.banker), desk.person(.compliance))
            let first = try await desk.deal("Falcon", by: other, client: "Borealis", confidentiality: .secret)
            // Another mandate of the same client, and another list with the same buyer, are no conflict.
            let second = try await desk.deal("Hawk", by: banker, client: "Borealis")
            _ = try await desk.counterparty("Zephyr", on: second, by: banker)
            let third = try await desk.deal("Kite", by: banker, client: "Notos")
            _ = try await desk.counterparty("Zephyr", on: third, by: banker)
            #expect(try await desk.queue(as: compliance).items.isEmpty)
            _ = try await desk.counterparty("Borealis plc", on: third, by: banker)
            let check = try #require(try await desk.queue(as: compliance).items.first)
            #expect(check.hits.map(\.dealId) == [second.id, nil] || check.hits.map(\.dealId) == [nil, second.id])
            #expect(check.hits.filter(\.secretDeal).count == 1)
            #expect(!check.hits.contains { $0.dealNumber == first.number })
        }
    }

    @Test func anImportAndABulkChangeAreLookedAt() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            _ = try await desk.place("Borealis", on: .restricted, by: compliance)
            _ = try await desk.imported(
                "codeName,type,clientName\nFalcon,sell_side_ma,Borealis Ltd\nHawk,sell_side_ma,Notos\n", as: banker)
            #expect(try await desk.queue(as: compliance).items.map(\.dealCodeName) == ["Falcon"])
            var patch = DealPatch()
            patch.targetName = .set("Borealis")
            let ids = try await desk.list(DealQuery(q: "Hawk"), as: banker).items.map(\.id.text)
            _ = try await desk.call(DealMethods.bulk, BulkRequest(ids: ids, op: .update, fields: patch), as: banker)
            #expect(Set(try await desk.queue(as: compliance).items.map(\.dealCodeName)) == ["Falcon", "Hawk"])
        }
    }

    @Test func theQueueIsReadByPagesTheNextDueFirst() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            _ = try await desk.place("Borealis", on: .watch, by: compliance)
            var ids: [UUID] = []
            for _ in 0..<5 {
                ids.append(try await desk.check(["Borealis", "Notos"], as: banker).id)
                desk.clock.advance(days: 1)
            }
            _ = try await desk.check(["Notos"], as: banker)
            var (found, cursor): ([UUID], String?) = ([], nil)
            repeat {
                let page = try await desk.queue(ControlRoomQuery(limit: 2, cursor: cursor), as: compliance)
                found += page.items.map(\.id)
                cursor = page.nextCursor
            } while cursor != nil
            #expect(found == ids)
            let all = try await desk.queue(as: compliance).items
            // It is Saturday: those that were due until Friday are late.
            #expect(all.map(\.overdue) == [true, true, true, false, false])
            let due = try await desk.queue(ControlRoomQuery(dueBefore: .today.adding(days: 4)), as: compliance)
            #expect(due.items.map(\.id) == Array(ids.prefix(2)))
            try await fault("cursor_invalid") { try await desk.queue(ControlRoomQuery(cursor: "x"), as: compliance) }
            try await fault("query_invalid") { try await desk.queue(ControlRoomQuery(limit: 101), as: compliance) }
            for check in all.prefix(3) {
                desk.clock.advance(seconds: 1)
                _ = try await desk.decide(check, .cleared, as: compliance)
            }
            let first = try await desk.queue(ControlRoomQuery(status: .decided, limit: 2), as: compliance)
            #expect(first.items.map(\.id) == [ids[2], ids[1]])
            let last = try await desk.queue(
                ControlRoomQuery(status: .decided, limit: 2, cursor: first.nextCursor), as: compliance)
            #expect(last.items.map(\.id) == [ids[0]] && last.nextCursor == nil)
            #expect(try await desk.queue(as: compliance).items.map(\.id) == Array(ids.suffix(2)))
        }
    }

    @Test func aCheckIsTakenAndLetGo() async throws {
        try await Desk.with { desk in
            let (banker, first, second) = (desk.person(.banker), desk.person(.compliance), desk.person(.compliance))
            _ = try await desk.place("Borealis", on: .watch, by: first)
            _ = try await desk.check(["Borealis"], as: banker)
            let open = try #require(try await desk.queue(as: first).items.first)
            let taken = try await desk.claim(open, true, as: first)
            #expect(taken.claimedBy == first.id && taken.version == 2)
            #expect(try await desk.queue(ControlRoomQuery(mine: true), as: first).items.map(\.id) == [open.id])
            #expect(try await desk.queue(ControlRoomQuery(mine: true), as: second).items.isEmpty)
            try await fault("version_mismatch") { try await desk.claim(open, true, as: second) }
            #expect(try await desk.claim(taken, true, as: second).claimedBy == second.id)
            let free = try await desk.claim(try await desk.get(open.id, as: second), false, as: second)
            #expect(free.claimedBy == nil && free.claimedAt == nil)
            let events = try await desk.events().filter { $0.type == "conflict.check.claimed" }
            #expect(events.count == 3)
        }
    }

    @Test func aClearanceIsAskedForAndDecided() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let deal = try await desk.deal("Falcon", by: banker, client: "Borealis")
            #expect(try await desk.requestClearance(of: deal, as: banker, note: "by Friday") == .pending)
            #expect(try await desk.requestClearance(of: deal, as: banker) == .pending)
            let check = try #require(try await desk.queue(as: compliance).items.first)
            #expect(check.requested && check.requestNote == "by Friday" && check.parties.map(\.name) == ["Borealis"])
            let refused = try await fault("validation_failed") {
                try await desk.decide(check, .clearedWithConditions, as: compliance, expiresOn: .yesterday)
            }
            #expect(refused.details == ["conditions required", "expiresOn in_past"])
            try await fault("version_mismatch") {
                try await desk.decide(check, .cleared, as: compliance, ifMatch: check.version + 1)
            }
            let decided = try await desk.decide(
                check, .clearedWithConditions, as: compliance, conditions: "no buy-side work", expiresOn: .tomorrow,
                ifMatch: check.version)
            #expect(decided.status == .decided && decided.conditions == "no buy-side work")
            let cleared = try await desk.get(deal, as: banker)
            #expect(cleared.conflictStatus == .clearedWithConditions && cleared.conflictExpiresOn == .tomorrow)
            try await fault("already_decided") { try await desk.decide(check, .declined, as: compliance) }
            #expect(try await desk.queue(as: compliance).items.isEmpty)
            let events = try await desk.events().filter { $0.type.hasPrefix("conflict.") }
            #expect(
                events.map(\.type) == ["conflict.check.requested", "conflict.check.requested", "conflict.decided"])
            #expect(events.allSatisfy { $0.subject.kind == "deal" })
            // When the clearance is over, it is asked for anew.
            desk.clock.advance(days: 2)
            #expect(try await desk.requestClearance(of: deal, as: banker) == .pending)
            #expect(try await desk.queue(as: compliance).items.count == 1)
        }
    }

    @Test func askingByPatchAndDecidingAtTheDealAreTheSame() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            let deal = try await desk.deal("Falcon", by: banker)
            let pending = try await desk.update(deal, as: banker) { $0.conflictStatus = .set(.pending) }
            let check = try #require(try await desk.queue(as: compliance).items.first)
            #expect(check.requested && check.dealId == deal.id)
            _ = try await desk.decide(.cleared, pending, as: compliance)
            #expect(try await desk.queue(as: compliance).items.isEmpty)
            #expect(try await desk.get(check.id, as: compliance).decision == .cleared)
            // Another client is cleared anew, and waits.
            let cleared = try await desk.get(deal, as: banker)
            let renamed = try await desk.update(cleared, as: banker) { $0.clientName = .set("Zephyr") }
            #expect(renamed.conflictStatus == .pending)
            #expect(try await desk.queue(as: compliance).items.map(\.requested) == [true])
        }
    }

    /// That something was there is not told by its being cleared.
    @Test func aSilentCheckThatIsClearedLeavesTheDealAsItIs() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            _ = try await desk.place("Borealis", on: .watch, by: compliance)
            let deal = try await desk.deal("Falcon", by: banker, client: "Borealis")
            let check = try #require(try await desk.queue(as: compliance).items.first)
            _ = try await desk.decide(check, .cleared, as: compliance)
            #expect(try await desk.get(deal, as: banker) == deal)
            let event = try #require(try await desk.events().last)
            #expect(event.type == "conflict.decided" && event.subject.kind == "conflict_check")
            let other = try await desk.deal("Hawk", by: banker, client: "Borealis")
            let second = try #require(try await desk.queue(as: compliance).items.first)
            _ = try await desk.decide(second, .declined, as: compliance)
            #expect(try await desk.get(other, as: banker).conflictStatus == .declined)
            try await fault("conflict_declined") { try await desk.requestClearance(of: other, as: banker) }
        }
    }

    @Test func nobodyDecidesWhatHeAsked() async throws {
        try await Desk.with { desk in
            let (compliance, second) = (desk.person(.compliance), desk.person(.compliance))
            _ = try await desk.place("Borealis", on: .restricted, by: compliance)
            _ = try await desk.check(["Borealis"], as: compliance)
            let check = try #require(try await desk.queue(as: compliance).items.first)
            try await fault("four_eyes") { try await desk.decide(check, .cleared, as: compliance) }
            #expect(try await desk.decide(check, .cleared, as: second).decidedBy == second.id)
        }
    }

    @Test func openWallCrossingsAreCountedBesideTheQueue() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            for (name, level) in [("Falcon", Confidentiality.confidential), ("Hawk", .secret)] {
                let deal = try await desk.deal(name, by: banker, confidentiality: level)
                _ = try await desk.ask(for: desk.person(.banker), on: deal, by: banker)
            }
            #expect(try await desk.queue(as: compliance).openCrossings == 1)
            desk.clock.advance(days: 2)
            #expect(try await desk.queue(as: compliance).openCrossings == 0)
        }
    }

    // MARK: The restricted list and moves

    private static func details(_ desk: Desk, _ deal: Deal, as person: Person) async throws -> [String] {
        try await fault("rules_unmet") { try await desk.move(deal, to: "mandated", as: person) }.details
    }

    @Test func aRestrictedClientWantsADecisionThatIsNewer() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            var deal = try await desk.deal("Falcon", by: banker, client: "Borealis")
            deal = try await desk.decide(.cleared, deal, as: compliance)
            deal = try await desk.move(deal, to: "pitch", as: banker) { $0.engagementLetterSignedOn = .set(.today) }
            desk.clock.advance(seconds: 60)
            _ = try await desk.place("Borealis AG", on: .restricted, by: compliance)
            let refused = try await fault("rules_unmet") { try await desk.move(deal, to: "mandated", as: banker) }
            #expect(refused.details == ["conflictStatus refer_to_control_room"])
            #expect(refused.errors.map(\.message) == ["Refer to the control room."])
            // Nobody passes over it.
            try await fault("rules_unmet") {
                let override = MoveOverride(reason: "it was agreed upon")
                return try await desk.moved(deal, Move(toStage: "mandated", override: override), as: banker)
            }
            #expect(try await desk.requestClearance(of: deal, as: banker) == .cleared)
            let check = try #require(try await desk.queue(as: compliance).items.first)
            #expect(check.hits.map(\.list) == [.restricted] && check.requested)
            desk.clock.advance(seconds: 60)
            _ = try await desk.decide(check, .cleared, as: compliance)
            deal = try await desk.move(try await desk.get(deal, as: banker), to: "mandated", as: banker)
            #expect(deal.stage == "mandated")
        }
    }

    @Test func aWatchedOrLiftedNameHoldsNoDealBack() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            var deal = try await desk.deal("Falcon", by: banker, client: "Borealis")
            deal = try await desk.decide(.cleared, deal, as: compliance, expiresOn: .tomorrow)
            deal = try await desk.move(deal, to: "pitch", as: banker) { $0.engagementLetterSignedOn = .set(.today) }
            desk.clock.advance(seconds: 60)
            _ = try await desk.place("Borealis", on: .watch, by: compliance)
            let entry = try await desk.place("Borealis", on: .restricted, by: compliance)
            _ = try await desk.lift(entry, by: compliance)
            let options = try await desk.options(deal, as: banker)
            #expect(options.targets.first { $0.toStage == "mandated" }?.allowed == true)
            // A clearance that is over counts as none.
            desk.clock.advance(days: 2)
            #expect(try await Self.details(desk, deal, as: banker) == ["conflictStatus conflict_expired"])
        }
    }
}
