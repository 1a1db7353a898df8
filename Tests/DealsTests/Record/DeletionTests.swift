import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct DeletionTests {
    /// A deal with a lead, an editor, and compliance beside it.
    private struct Cast {
        let banker, editor, compliance: Person
        let deal: Deal

        init(_ desk: Desk, _ codeName: String = "Falcon", _ level: Confidentiality? = nil) async throws {
            (banker, editor, compliance) = (desk.person(.banker), desk.person(.banker), desk.person(.compliance))
            deal = try await desk.deal(codeName, by: banker, confidentiality: level)
            _ = try await desk.add(editor, to: deal, by: banker, access: .edit)
        }
    }

    @Test func aDeletedDealIsGoneForAllButThoseWhoMayRestoreIt() async throws {
        try await Desk.with { desk in
            let cast = try await Cast(desk)
            let deleted = try await desk.delete(cast.deal, as: cast.banker)
            #expect(deleted.deletedAt == desk.clock.now() && deleted.deletedBy == cast.banker.id)
            #expect(deleted.version == 2)
            for reference in [cast.deal.id.text, cast.deal.number] {
                for (name, call) in desk.workCalls(on: reference, as: cast.banker) {
                    let refused = try await fault("not_found") { try await call() }
                    #expect(refused.status == .notFound, "\(name)")
                }
            }
            try await fault("not_found") { try await desk.get(cast.deal, as: cast.editor) }
            try await fault("not_found") { try await desk.restore(deleted, as: cast.editor) }
            for person in [cast.banker, cast.editor, cast.compliance] {
                let page = try await desk.list(DealQuery(count: true), as: person)
                #expect(page.items.isEmpty && page.total == 0)
                try await fault("not_found") { try await desk.update(deleted, as: person) { $0.sector = .set("x") } }
            }
            #expect(try await desk.get(cast.deal, as: cast.banker) == deleted)
            #expect(try await desk.get(cast.deal, as: cast.compliance) == deleted)
        }
    }

    @Test func deletedDealsAreListedForThoseWhoMayRestoreThem() async throws {
        try await Desk.with { desk in
            let cast = try await Cast(desk)
            let secret = try await Cast(desk, "Hawk", .secret)
            let kept = try await desk.deal("Heron", by: cast.banker)
            let gone = try await desk.delete(cast.deal, as: cast.banker)
            let hidden = try await desk.delete(secret.deal, as: secret.banker)
            let query = DealQuery(deleted: .only, count: true)
            #expect(try await desk.list(query, as: cast.banker).items == [gone])
            #expect(try await desk.list(query, as: secret.banker).items == [hidden])
            #expect(try await desk.list(query, as: cast.compliance).items == [gone])
            #expect(try await desk.list(query, as: cast.compliance).total == 1)
            for person in [cast.editor, desk.person(.banker), desk.person(.observer)] {
                let page = try await desk.list(query, as: person)
                #expect(page.items.isEmpty && page.total == 0)
            }
            #expect(try await desk.list(as: cast.banker).items == [kept])
        }
    }

    @Test func restoringBringsTheDealBackAsItWas() async throws {
        try await Desk.with { desk in
            let cast = try await Cast(desk)
            let task = try await desk.task("NDA", on: cast.deal, as: cast.banker)
            let deleted = try await desk.delete(cast.deal, as: cast.banker)
            let restored = try await desk.restore(deleted, as: cast.compliance)
            var expected = cast.deal
            (expected.version, expected.updatedAt) = (3, restored.updatedAt)
            #expect(restored == expected)
            #expect(try await desk.get(cast.deal, as: cast.editor) == restored)
            #expect(try await desk.tasks(restored, as: cast.editor) == [task])
            let events = try await desk.events().suffix(2)
            #expect(events.map(\.type) == [EventType.dealDeleted, EventType.dealRestored])
            #expect(events.first?.changes.last == FieldChange("reason", before: nil, after: "opened twice"))
            try await fault("not_found") { try await desk.restore(restored, as: cast.banker) }
        }
    }

    @Test func eventsOfASecretDealsDeletionCarryIdsOnly() async throws {
        try await Desk.with { desk in
            let cast = try await Cast(desk, "Falcon", .secret)
            _ = try await desk.restore(try await desk.delete(cast.deal, as: cast.banker), as: cast.banker)
            #expect(try await desk.events().suffix(2).allSatisfy { $0.changes.isEmpty && $0.subject.number == nil })
        }
    }

    @Test func namesCountAmongLivingDealsAlone() async throws {
        try await Desk.with { desk in
            let (cast, other) = (try await Cast(desk), desk.person(.banker))
            let deleted = try await desk.delete(cast.deal, as: cast.banker)
            let heir = try await desk.deal("falcon", by: other)
            let refused = try await fault("code_name_taken") { try await desk.restore(deleted, as: cast.banker) }
            #expect(refused.status == .alreadyExists && refused.errors.isEmpty && refused.current == nil)
            #expect(!refused.message.contains(heir.number))
            let again = try await fault("validation_failed") {
                try await desk.restore(deleted, as: cast.banker, codeName: "Falcon")
            }
            #expect(again.errors == [.codeNameNotAvailable])
            let restored = try await desk.restore(deleted, as: cast.banker, codeName: "Kestrel")
            #expect(restored.codeName == "Kestrel" && restored.deletedAt == nil)
        }
    }

    @Test func deletingWantsAManagerAReasonAndTheVersionThatWasRead() async throws {
        try await Desk.with { desk in
            let cast = try await Cast(desk)
            let path = [cast.deal.id.text]
            try await fault("access_too_low") { try await desk.delete(cast.deal, as: cast.editor) }
            try await fault("access_too_low") { try await desk.delete(cast.deal, as: cast.compliance) }
            try await fault("version_mismatch") { try await desk.delete(cast.deal, as: cast.banker, version: 9) }
            try await fault("version_required") {
                try await desk.call(DealMethods.delete, DealDeletion(reason: "x"), as: cast.banker, on: path)
            }
            let refused = try await fault("validation_failed") {
                try await desk.call(
                    DealMethods.delete, DealDeletion(reason: " "), as: cast.banker, on: path, ifMatch: 1)
            }
            #expect(refused.details == ["reason too_short"])
            #expect(try await desk.get(cast.deal, as: cast.banker) == cast.deal)
        }
    }

    @Test func whatMustBeKeptIsNotDeleted() async throws {
        try await Desk.with { desk in
            let cast = try await Cast(desk)
            let held = try await desk.update(cast.deal, as: cast.banker) { $0.legalHold = .set(true) }
            try await fault("legal_hold") { try await desk.delete(held, as: cast.banker) }
            let refused = try await fault("validation_failed") {
                try await desk.update(held, as: cast.banker) { $0.legalHold = .set(false) }
            }
            #expect(refused.details == ["legalHold compliance_decides"])
            let kept = try await desk.keep(held, as: cast.compliance, hold: false, until: .tomorrow)
            #expect(!kept.legalHold && kept.retentionUntil == .tomorrow)
            #expect(try await desk.events().last?.type == EventType.dealRetentionDecided)
            try await fault("under_retention") { try await desk.delete(kept, as: cast.banker) }
            for day in [BusinessDate.today, nil] {
                let refused = try await fault("validation_failed") {
                    try await desk.update(kept, as: cast.banker) { $0.retentionUntil = day.map(Patch.set) ?? .clear }
                }
                #expect(refused.details == ["retentionUntil compliance_decides"])
            }
            try await fault("forbidden") { try await desk.keep(kept, as: cast.banker, hold: false) }
            desk.clock.advance(days: 1)
            #expect(try await desk.delete(kept, as: cast.banker).deletedAt != nil)
        }
    }

    @Test func theInsiderListOfADeletedDealStaysReadable() async throws {
        try await Desk.with { desk in
            let cast = try await Cast(desk)
            _ = try await desk.delete(cast.deal, as: cast.banker)
            let list = try await desk.access(of: cast.deal, as: cast.compliance)
            #expect(list.items.map(\.userId) == [cast.banker.id] && list.deletedAt == desk.clock.now())
            try await fault("not_found") { try await desk.access(of: cast.deal, as: cast.editor) }
        }
    }

    @Test func tasksAndTagsOfDeletedDealsAreInNoList() async throws {
        try await Desk.with { desk in
            let cast = try await Cast(desk)
            _ = try await desk.task("NDA", on: cast.deal, as: cast.banker)
            let tagged = try await desk.tag(cast.deal, ["food"], as: cast.banker)
            _ = try await desk.delete(tagged, as: cast.banker)
            for person in [cast.banker, cast.compliance] {
                #expect(try await desk.openTasks(as: person).items.isEmpty)
                #expect(try await desk.tags(as: person).isEmpty)
                #expect(try await desk.list(DealQuery(q: "falcon", tag: "food"), as: person).items.isEmpty)
            }
        }
    }

    /// The list's WHERE and `DealRows.deleted` say the same of every person and deal.
    @Test func theListOfDeletedDealsShowsExactlyThoseThatCanBeRead() async throws {
        try await Desk.with { desk in
            var random = SeededRandom(state: 11)
            let bankers = (0..<3).map { _ in desk.person(.banker) }
            let people = bankers + [desk.person(.compliance), desk.person(.compliance), desk.person(.observer)]
            var deleted: [Deal] = []
            for count in 0..<24 {
                let owner = try #require(bankers.randomElement(using: &random))
                let level = try #require(Confidentiality.allCases.randomElement(using: &random))
                let deal = try await desk.deal("Code \(count)", by: owner, confidentiality: level)
                for person in people where person != owner && Bool.random(using: &random) {
                    let choices: [TeamAccess] = person.role == .banker ? [.read, .edit, .manage] : [.read]
                    let access = try #require(choices.randomElement(using: &random))
                    _ = try await desk.add(person, to: deal, by: owner, access: access)
                    if Bool.random(using: &random) { try await desk.remove(person, from: deal, by: owner) }
                }
                deleted.append(try await desk.delete(deal, as: owner))
            }
            for person in people {
                var readable: Set<UUID> = []
                for deal in deleted where (try? await desk.get(deal, as: person)) != nil { readable.insert(deal.id) }
                let page = try await desk.list(DealQuery(limit: 200, deleted: .only, count: true), as: person)
                #expect(Set(page.items.map(\.id)) == readable && page.total == readable.count)
            }
        }
    }
}
