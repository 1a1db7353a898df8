import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

struct PipelineEditTests {
    @Test func anAdministratorChangesEverythingAboutAStageButItsKey() async throws {
        try await Desk.with { desk in
            let (admin, banker) = (desk.person(.admin), desk.person(.banker))
            desk.clock.advance(days: 1)
            let rule = StageRule(.fieldPresent, field: .sector)
            let changed = try await desk.edit(as: admin) { edit in
                edit.name = "  Auctions "
                edit.change("preparation") {
                    ($0.name, $0.category, $0.probability) = ("Get ready", .mandate, 41)
                    ($0.staleAfterDays, $0.requirementText, $0.wipHint) = (30, "Data room\nis filled", 9)
                    $0.rules = [rule]
                }
                edit.stages.swapAt(4, 5)
            }
            #expect(changed.name == "Auctions" && changed.version == 2 && changed.updatedBy == admin.id)
            // The seed is of the real clock, which may be ahead of the desk's.
            #expect(changed.updatedAt >= desk.clock.now())
            #expect(changed.stages.map(\.key)[3...5] == ["preparation", "round_1", "marketing"])
            #expect(
                changed.stages[3]
                    == PipelineStage(
                        key: "preparation", name: "Get ready", category: .mandate, probability: 41, staleAfterDays: 30,
                        requirementText: "Data room\nis filled", wipHint: 9, rules: [rule]))
            #expect(try await desk.pipeline(as: banker) == changed)
            #expect(try await desk.pipeline(.privatePlacement, as: banker).version == 1)
        }
    }

    @Test func theEventTellsEachChangeAndWhoMadeIt() async throws {
        try await Desk.with { desk in
            let admin = desk.person(.admin)
            _ = try await desk.edit(as: admin) { edit in
                edit.change("pitch") {
                    $0.probability = 15
                    $0.rules = $0.rules.filter { $0.field != .nextStep }
                    for index in $0.rules.indices where $0.rules[index].field == .value {
                        $0.rules[index].severity = .block
                    }
                }
                edit.add("Soft sounding", after: "pitch")
            }
            let event = try #require(try await desk.events().last)
            #expect(event.type == EventType.pipelineUpdated && event.topic == "deals" && event.version == 2)
            #expect(event.subject == EventSubject(kind: "pipeline", id: "sell_side_ma"))
            #expect(event.actor.kind == "user" && event.actor.id == admin.id.text)
            #expect(event.requestId == "request-1")
            #expect(event.changes.contains(FieldChange("stages.pitch.probability", before: "10", after: "15")))
            #expect(
                event.changes.contains(FieldChange("stages.soft_sounding.name", before: nil, after: "Soft sounding")))
            let rules = event.changes.filter { $0.field == "stages.pitch.rules" }
            #expect(rules.count == 2)
            #expect(
                rules.first?.before == #"{"field":"value","kind":"field_present","overridable":true,"severity":"warn"}"#
            )
            #expect(rules.first?.after?.contains(#""severity":"block""#) == true)
            #expect(rules.last?.after == nil)
            #expect(
                event.changes.contains { $0.field == "order" && $0.after?.contains("pitch, soft_sounding") == true })
        }
    }

    @Test func whatChangesNothingLeavesNoTrace() async throws {
        try await Desk.with { desk in
            let admin = desk.person(.admin)
            let same = try await desk.edit(as: admin) { _ in }
            #expect(same.version == 1)
            #expect(try await desk.events().isEmpty)
        }
    }

    @Test func aChangeOfEverythingFitsIntoItsEvents() async throws {
        try await Desk.with { desk in
            let admin = desk.person(.admin)
            let wide = String(repeating: "\u{1F4C8}", count: 500)
            let rules = StageRuleField.allCases.map { StageRule(.fieldPresent, field: $0) }
            _ = try await desk.edit(as: admin) { edit in
                for index in 0..<13 { edit.add("New \(index)", after: "pitch") }
                for index in edit.stages.indices {
                    edit.stages[index].requirementText = wide
                    edit.stages[index].staleAfterDays = 5
                    let new = rules.filter { rule in
                        !edit.stages[index].rules.contains { $0.asksTheSame(as: rule) }
                    }
                    edit.stages[index].rules += new.prefix(StageRule.rulesMax - edit.stages[index].rules.count)
                }
            }
            let events = try await desk.events()
            #expect(events.count > 1 && events.allSatisfy { $0.changes.count <= 100 && $0.version == 2 })
            #expect(events.flatMap(\.changes).count { $0.after == wide } == 24)
        }
    }

    @Test func theEngineFollowsAnEditedRuleAndOrderAtOnce() async throws {
        try await Desk.with { desk in
            let (admin, banker) = (desk.person(.admin), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: banker)
            try await fault("rules_unmet") { try await desk.move(deal, to: "pitch", as: banker) }
            _ = try await desk.edit(as: admin) { edit in
                edit.change("pitch") { $0.rules = [StageRule(.fieldPresent, field: .sector)] }
                edit.add("Soft sounding", after: "origination")
            }
            let refused = try await fault("rules_unmet") {
                try await desk.move(deal, to: "pitch", as: banker, reason: "They know us")
            }
            #expect(refused.details == ["sector sector_missing"])
            let options = try await desk.call(DealMethods.transitions, Nothing(), as: banker, on: [deal.id.text])
            #expect(options.targets.first?.name == "Soft sounding" && options.targets.first?.direction == .forward)
            let moved = try await desk.move(deal, to: "pitch", as: banker, reason: "They know us") {
                $0.sector = .set("Food")
            }
            #expect(moved.stage == "pitch")
            #expect(try await desk.history(deal, as: banker).last?.direction == .skip)
        }
    }

    @Test func newDealsBeginAsThePipelineStands() async throws {
        try await Desk.with { desk in
            let (admin, banker) = (desk.person(.admin), desk.person(.banker))
            _ = try await desk.edit(as: admin) { $0.change("origination") { $0.probability = 7 } }
            #expect(try await desk.deal("Falcon", by: banker).probability == 7)
        }
    }

    @Test(arguments: [Role.banker, .compliance, .management, .observer])
    func nobodyElseChangesAPipeline(role: Role) async throws {
        try await Desk.with { desk in
            let person = desk.person(role)
            try await fault("forbidden") { try await desk.edit(as: person) { $0.name = "Mine" } }
        }
    }

    @Test func nobodyChangesWhatHeHasNotRead() async throws {
        try await Desk.with { desk in
            let admin = desk.person(.admin)
            let read = try await desk.pipeline(as: admin)
            var edit = PipelineEdit(read)
            edit.name = "Auctions"
            try await fault("version_required") {
                try await desk.call(DealMethods.editPipeline, edit, as: admin, on: ["sell_side_ma"])
            }
            let after = try await desk.call(
                DealMethods.editPipeline, edit, as: admin, on: ["sell_side_ma"], ifMatch: 1)
            edit.name = "Sales"
            let refused = try await fault("version_mismatch") {
                try await desk.call(DealMethods.editPipeline, edit, as: admin, on: ["sell_side_ma"], ifMatch: 1)
            }
            let current = try JSONDecoder().decode(DealPipeline.self, from: Data((refused.current ?? "").utf8))
            #expect(current == after)
        }
    }

    @Test func ofTwoAtOnceOneWins() async throws {
        try await Desk.with { desk in
            let admins = (0..<8).map { _ in desk.person(.admin) }
            let won = await withTaskGroup(of: String?.self) { group in
                for admin in admins {
                    group.addTask {
                        try? await desk.edit(as: admin, ifMatch: 1) { $0.name = admin.id.text }.name
                    }
                }
                return await group.reduce(into: [String]()) { names, name in names += [name].compactMap { $0 } }
            }
            #expect(won.count == 1)
            let now = try await desk.pipeline(as: admins[0])
            #expect(now.version == 2 && now.name == won.first)
        }
    }

    /// What was changed and undone in a transaction leaves nothing in what is remembered of the pipelines, nor does the
    /// next change pass for it.
    @Test func aChangeThatIsUndoneIsSeenByNobodyElse() async throws {
        struct Undone: Error {}
        try await Desk.with { desk in
            let pipelines = PipelineStore()
            func name(after: String?) async throws -> String? {
                try await desk.store.write { db in
                    if let after {
                        try db.execute(sql: "UPDATE stage SET name = ? WHERE key = 'pitch'", arguments: [after])
                    }
                    let name = try pipelines.pipeline(of: .sellSideMA, in: db).stage("pitch")?.name
                    if after == "Undone" {
                        #expect(name == "Undone")
                        throw Undone()
                    }
                    return name
                }
            }
            var names = [try await name(after: nil)]
            await #expect(throws: Undone.self) { _ = try await name(after: "Undone") }
            names.append(try await name(after: nil))
            names.append(try await name(after: "Other"))
            names.append(
                try await desk.store.read { db in
                    try pipelines.pipeline(of: .sellSideMA, in: db).stage("pitch")?.name
                })
            #expect(names == ["Pitch", "Pitch", "Other", "Other"])
        }
    }
}
