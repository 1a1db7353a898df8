import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

struct StageRemovalTests {
    /// A deal in the stage `pitch`.
    private static func pitched(_ codeName: String, _ desk: Desk, by banker: Person) async throws -> Deal {
        let deal = try await desk.deal(codeName, by: banker)
        return try await desk.move(deal, to: "pitch", as: banker) { $0.conflictStatus = .set(.pending) }
    }

    /// What a removal ends in that says nothing of where deals go.
    private static func refusal(_ desk: Desk, as admin: Person) async throws -> RPCFault {
        try await fault("validation_failed") { try await desk.edit(as: admin) { $0.remove("pitch", to: nil) } }
    }

    @Test func liveDealsGoWhereTheyAreSentWithTheirHistory() async throws {
        try await Desk.with { desk in
            let (admin, banker) = (desk.person(.admin), desk.person(.banker))
            let deal = try await Self.pitched("Falcon", desk, by: banker)
            desk.clock.advance(days: 3)
            let pipeline = try await desk.edit(as: admin) { $0.remove("pitch", to: "origination") }
            let moved = try await desk.get(deal, as: banker)
            #expect(moved.stage == "origination" && moved.status == .active && moved.probability == 5)
            #expect(moved.version == deal.version + 1 && moved.stageEnteredOn == .today.adding(days: 3))
            let last = try #require(try await desk.history(deal, as: banker).last)
            #expect(last.fromStage == "pitch" && last.toStage == "origination" && last.direction == .back)
            #expect(last.reason == "Stage “Pitch” was removed." && last.by == admin.id && last.daysInFrom == 3)
            let events = try await desk.events().suffix(2)
            #expect(events.map(\.type) == [EventType.dealStageChanged, EventType.pipelineUpdated])
            #expect(events.first?.version == moved.version && events.first?.actor.id == admin.id.text)
            #expect(
                pipeline.removedStages == [
                    RemovedStage(
                        key: "pitch", name: "Pitch", replacedBy: "origination", removedAt: desk.clock.now())
                ])
            #expect(events.last?.changes.contains(FieldChange("stages.pitch", before: "Pitch", after: nil)) == true)
            _ = try await desk.move(moved, to: "lost", as: banker, reason: "price")
        }
    }

    @Test func whatIsOnHoldStaysSoAndABankersOwnEstimateSurvives() async throws {
        try await Desk.with { desk in
            let (admin, banker) = (desk.person(.admin), desk.person(.banker))
            let deal = try await Self.pitched("Falcon", desk, by: banker)
            _ = try await desk.update(deal, as: banker) { $0.probability = .set(77) }
            let held = try await desk.move(deal, to: "on_hold", as: banker, reason: "markets")
            _ = try await desk.edit(as: admin) { edit in
                edit.add("Soft sounding", key: "sounding", after: "pitch")
                edit.remove("pitch", to: "sounding")
            }
            let moved = try await desk.get(held, as: banker)
            #expect(moved.stage == "sounding" && moved.status == .onHold)
            #expect(moved.probability == 77 && moved.probabilitySource == .manual)
            #expect(try await desk.history(deal, as: banker).last?.direction == .forward)
        }
    }

    @Test func dealsTakeTheChanceOfTheStageThatTheyComeTo() async throws {
        try await Desk.with { desk in
            let (admin, banker) = (desk.person(.admin), desk.person(.banker))
            let deal = try await Self.pitched("Falcon", desk, by: banker)
            _ = try await desk.edit(as: admin) { edit in
                edit.remove("pitch", to: "mandated")
                edit.change("mandated") { $0.probability = 29 }
            }
            let moved = try await desk.get(deal, as: banker)
            #expect(moved.stage == "mandated" && moved.probability == 29 && moved.version == deal.version + 1)
        }
    }

    /// Whether a deal stands in the stage or not, a removal without a mapping ends in the same words.
    @Test func theRefusalTellsNothingOfDeals() async throws {
        try await Desk.with { desk in
            let (admin, banker) = (desk.person(.admin), desk.person(.banker))
            let empty = try await Self.refusal(desk, as: admin)
            #expect(empty.details == ["removals mapping_missing"])
            _ = try await Self.pitched("Falcon", desk, by: banker)
            #expect(try await Self.refusal(desk, as: admin) == empty)
            #expect(try await desk.pipeline(as: admin).version == 1)
        }
    }

    /// No byte of what an administrator is answered is of a deal, though deals move by it; nor does a secret deal's event
    /// tell more than ids.
    @Test func anAdministratorSeesNoDeal() async throws {
        try await Desk.with { desk in
            let (admin, banker) = (desk.person(.admin), desk.person(.banker))
            let open = try await Self.pitched("Zanzibarfalcon", desk, by: banker)
            let secret = try await desk.deal("Zanzibarowl", by: banker, confidentiality: .secret)
            _ = try await desk.move(secret, to: "pitch", as: banker) { $0.conflictStatus = .set(.pending) }
            var edit = PipelineEdit(try await desk.pipeline(as: admin))
            edit.remove("pitch", to: "origination")
            var answers = [
                try await desk.bytes(DealMethods.editPipeline, edit, as: admin, on: ["sell_side_ma"], ifMatch: 1)
            ]
            answers.append(try await desk.bytes(DealMethods.pipelines, Nothing(), as: admin))
            answers.append(try await desk.bytes(DealMethods.pipeline, Nothing(), as: admin, on: ["sell_side_ma"]))
            for answer in answers.map({ String(decoding: $0, as: UTF8.self) }) {
                for word in ["anzibar", open.id.text, secret.id.text, open.number, secret.number, "Aurora"] {
                    #expect(!answer.contains(word))
                }
            }
            try await fault("forbidden") { try await desk.get(open, as: admin) }
            let moves = try await desk.events().filter { $0.actor.id == admin.id.text && $0.subject.kind == "deal" }
            #expect(moves.count == 2)
            let told = try #require(moves.first { $0.subject.id == secret.id.text })
            #expect(told.changes.isEmpty && told.subject.number == nil)
            #expect(try await desk.get(secret, as: banker).stage == "origination")
        }
    }

    @Test func endedDealsKeepTheStageTheyEndedIn() async throws {
        try await Desk.with { desk in
            let (admin, banker) = (desk.person(.admin), desk.person(.banker))
            let deal = try await Self.pitched("Falcon", desk, by: banker)
            let lost = try await desk.move(deal, to: "lost", as: banker, reason: "price")
            let pipeline = try await desk.edit(as: admin) { $0.remove("pitch", to: "mandated") }
            #expect(try await desk.get(lost, as: banker) == lost)
            #expect(lost.stage == "pitch" && pipeline.removedStages.map(\.name) == ["Pitch"])
            let options = try await desk.call(DealMethods.transitions, Nothing(), as: banker, on: [deal.id.text])
            #expect(options.targets.allSatisfy { $0.direction == .reopen && !$0.allowed })
            try await fault("rules_unmet") { try await desk.move(lost, to: "pitch", as: banker, reason: "again") }
            let note = try await desk.update(lost, as: banker) { $0.nextStep = .set("Call in a year") }
            #expect(note.stage == "pitch")
        }
    }

    @Test func aRemovedStageStandsWhereTheOneStandsThatTookItsPlace() throws {
        let builtIn = Pipeline.builtIn(for: .sellSideMA)
        let at = Instant(milliseconds: 0)
        let gone = [("pitch", "teaser"), ("teaser", "mandated"), ("lost_trace", "nowhere")].map {
            RemovedStage(key: $0.0, name: $0.0, replacedBy: $0.1, removedAt: at)
        }
        let pipeline = try #require(Pipeline(builtIn.stages.filter { $0.key != "pitch" }, removed: gone))
        #expect(pipeline.position(of: "pitch") == 1 && pipeline.standing("pitch")?.key == "mandated")
        #expect(pipeline.stage("pitch") == nil && pipeline.position(of: "lost_trace") == nil)
        #expect(Pipeline(builtIn.stages.dropLast(), removed: []) == nil)
        #expect(Pipeline([builtIn.last], removed: []) == nil)
    }

    /// A deal whose stage nobody knows goes nowhere by itself.
    @Test func aDealInNoStageIsNotMoved() {
        let lost = EngineFixture.assess(EngineFixture.ready(at: "nowhere"), to: "marketing", reason: "r")
        #expect(lost.unmet.codes.contains("unknown_stage"))
    }

    @Test func manyDealsMoveInOneGo() async throws {
        try await Desk.with { desk in
            let (admin, banker) = (desk.person(.admin), desk.person(.banker))
            for number in 0..<60 { _ = try await desk.deal("Deal \(number)", by: banker, type: .leveragedFinance) }
            _ = try await desk.edit(.leveragedFinance, as: admin) { $0.change("origination") { $0.name = "Ideas" } }
            try await desk.store.write { db in
                try db.execute(sql: "UPDATE deal SET stage = 'proposal', version = version + 1")
            }
            _ = try await desk.edit(.leveragedFinance, as: admin) { $0.remove("proposal", to: "origination") }
            let deals = try await desk.list(DealQuery(limit: 200), as: banker).items
            #expect(deals.count == 60 && deals.allSatisfy { $0.stage == "origination" && $0.version == 3 })
        }
    }
}
