import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct TaskTemplateTests {
    @Test(arguments: DealType.allCases) func everyTypeHasItsMilestones(type: DealType) throws {
        let milestones = Milestone.of(type)
        #expect((6...14).contains(milestones.count))
        #expect(Set(milestones.map(\.key)).count == milestones.count)
        #expect(milestones.map(\.day) == milestones.map(\.day).sorted())
        #expect(milestones.allSatisfy { (0..<Milestone.daysMax).contains($0.day) })
        #expect(milestones.contains(where: \.isCritical) && !milestones.allSatisfy(\.isCritical))
        for milestone in milestones {
            #expect((1...200).contains(milestone.title.unicodeScalars.count), "\(milestone.key)")
            #expect(milestone.key.allSatisfy { $0.isLowercase || $0 == "_" }, "\(milestone.key)")
        }
    }

    @Test(arguments: DealType.allCases) func milestonesAreDueSoManyDaysAfterTheStart(type: DealType) async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker, type: type)
            let added = try await desk.template(deal, as: banker, startOn: .yesterday)
            #expect(added.map(\.templateKey) == Milestone.of(type).map(\.key))
            #expect(added.map(\.dueOn) == Milestone.of(type).map { BusinessDate.yesterday.adding(days: $0.day) })
            #expect(added.allSatisfy { $0.milestone && $0.ownerId == nil && !$0.done })
            #expect(added.filter(\.isOverdue).allSatisfy { $0.dueOn == .yesterday })
            #expect(try await desk.tasks(deal, as: banker) == added)
            #expect(try await desk.events(of: "deal.task.added").count == added.count)
        }
    }

    @Test func onlyWhatIsMissingIsAdded() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let first = try await desk.template(deal, as: banker)
            #expect(first.count == 14 && first.allSatisfy { $0.dueOn == nil && !$0.isOverdue })
            #expect(try await desk.tasks(deal, as: banker) == first)
            #expect(try await desk.template(deal, as: banker) == [])
            _ = try await desk.finish(first[0], on: deal, as: banker)
            try await desk.remove(first[4], from: deal, as: banker)
            let again = try await desk.template(deal, as: banker, startOn: .today)
            #expect(again.map(\.templateKey) == [first[4].templateKey])
            #expect(try await desk.tasks(deal, as: banker).count == 14)
        }
    }

    @Test func aProcessEndsInAYearThatWeKnow() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let deal = try await desk.deal("Falcon", by: banker)
            let late = try #require(BusinessDate(year: 2199, month: 12, day: 31))
            let refused = try await fault("validation_failed") {
                try await desk.template(deal, as: banker, startOn: late)
            }
            #expect(refused.details == ["startOn out_of_range"])
            #expect(try await desk.tasks(deal, as: banker) == [])
        }
    }
}
