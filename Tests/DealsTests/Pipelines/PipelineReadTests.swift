import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct PipelineReadTests {
    @Test(arguments: Role.allCases) func everybodyReadsAllPipelines(role: Role) async throws {
        try await Desk.with { desk in
            let person = desk.person(role)
            let list = try await desk.call(DealMethods.pipelines, Nothing(), as: person).items
            #expect(list.map(\.type) == DealType.allCases)
            for pipeline in list {
                let builtIn = Pipeline.builtIn(for: pipeline.type)
                #expect(pipeline.stages.map(\.key) == builtIn.stages.map(\.key))
                #expect(pipeline.stages.map(\.rules) == builtIn.stages.map(\.rules))
                #expect(pipeline.version == 1 && pipeline.removedStages.isEmpty && pipeline.updatedBy == nil)
                #expect(try await desk.pipeline(pipeline.type, as: person) == pipeline)
                let byID = try await desk.call(
                    DealMethods.pipeline, Nothing(), as: person, on: [pipeline.id.text.uppercased()])
                #expect(byID == pipeline)
            }
        }
    }

    @Test(arguments: ["merger", "", "0199a1c0-5f10-7b21-9c32-4d5e6f708192"])
    func whatIsNoPipelineIsNotFound(reference: String) async throws {
        try await Desk.with { desk in
            let admin = desk.person(.admin)
            try await fault("not_found") {
                try await desk.call(DealMethods.pipeline, Nothing(), as: admin, on: [reference])
            }
            try await fault("unauthenticated") { try await desk.call(DealMethods.pipelines, Nothing(), as: nil) }
        }
    }

    @Test func complianceCountsWhatItMaySee() async throws {
        try await Desk.with { desk in
            let (banker, compliance) = (desk.person(.banker), desk.person(.compliance))
            _ = try await desk.deal("Falcon", by: banker)
            let held = try await desk.deal("Hawk", by: banker)
            _ = try await desk.move(held, to: "on_hold", as: banker, reason: "markets")
            let lost = try await desk.deal("Heron", by: banker)
            _ = try await desk.move(lost, to: "lost", as: banker, reason: "price")
            let secret = try await desk.deal("Owl", by: banker, confidentiality: .secret)
            #expect(try await desk.counts(as: compliance)["origination"] == 2)
            #expect(try await desk.counts(as: compliance)["pitch"] == 0)
            _ = try await desk.add(compliance, to: secret, by: banker, access: .read, role: .compliance)
            #expect(try await desk.counts(as: compliance)["origination"] == 3)
        }
    }

    @Test func managementIsToldNoCountBelowThreeAndNothingOfSecretDeals() async throws {
        try await Desk.with { desk in
            let (banker, management) = (desk.person(.banker), desk.person(.management))
            for count in 1...3 {
                _ = try await desk.deal("Owl \(count)", by: banker, confidentiality: .secret)
                let told = try await desk.counts(as: management)
                #expect(told.count == 11 && told.values.allSatisfy { $0 == nil })
                _ = try await desk.deal("Falcon \(count)", by: banker)
            }
            for count in 1...3 {
                let deal = try await desk.deal("Hawk \(count)", by: banker)
                let asked = try await desk.update(deal, as: banker) { $0.conflictStatus = .set(.pending) }
                _ = try await desk.move(asked, to: "pitch", as: banker)
            }
            _ = try await desk.deal("Falcon 4", by: banker)
            // The smallest number is withheld with those that are too small, or it would follow from the total.
            let told = try await desk.counts(as: management)
            #expect(told["origination"] == 4)
            #expect(told["pitch"] == .some(nil))
        }
    }

    @Test(arguments: [Role.admin, .banker, .observer]) func othersAreToldNoCounts(role: Role) async throws {
        try await Desk.with { desk in
            let person = desk.person(role)
            try await fault("forbidden") { try await desk.counts(as: person) }
        }
    }
}
