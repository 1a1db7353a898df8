import Contracts
import Foundation
import RPC
import Testing

@testable import deals

struct OpenTaskTests {
    @Test func openTasksOfAllOnesDealsComeTheNextDueFirst() async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let (falcon, hawk) = (try await desk.deal("Falcon", by: banker), try await desk.deal("Hawk", by: banker))
            let someDay = try await desk.task("some day", on: falcon, as: banker)
            let today = try await desk.task("today", on: hawk, as: banker, dueOn: .today)
            let late = try await desk.task("late", on: falcon, as: banker, dueOn: .yesterday)
            let done = try await desk.task("done", on: falcon, as: banker, dueOn: .yesterday)
            _ = try await desk.finish(done, on: falcon, as: banker)
            let gone = try await desk.task("gone", on: hawk, as: banker, dueOn: .yesterday)
            try await desk.remove(gone, from: hawk, as: banker)
            let page = try await desk.openTasks(as: banker)
            #expect(page.items.map(\.task) == [late, today, someDay] && page.nextCursor == nil)
            #expect(page.items.map(\.dealCodeName) == ["Falcon", "Hawk", "Falcon"])
            #expect(page.items.first?.dealId == falcon.id && page.items.first?.dealNumber == falcon.number)
            #expect(try await desk.openTasks(OpenTaskQuery(overdue: true), as: banker).items.map(\.task) == [late])
            func titles(dueBefore day: BusinessDate, overdue: Bool? = nil) async throws -> [String] {
                try await desk.openTasks(OpenTaskQuery(overdue: overdue, dueBefore: day), as: banker)
                    .items.map(\.task.title)
            }
            #expect(try await titles(dueBefore: .tomorrow) == ["late", "today"])
            #expect(try await titles(dueBefore: .tomorrow, overdue: true) == ["late"])
            #expect(try await titles(dueBefore: .yesterday, overdue: true) == [])
        }
    }

    @Test(arguments: [Role.banker, .compliance], [nil, true])
    func pagesTogetherAreTheWholeListOnce(role: Role, mine: Bool?) async throws {
        try await Desk.with { desk in
            let banker = desk.person(.banker)
            let reader = role == .banker ? banker : desk.person(role)
            for name in ["One", "Two", "Three"] {
                let deal = try await desk.deal(name, by: banker)
                if reader != banker {
                    _ = try await desk.add(reader, to: deal, by: banker, access: .read, role: .compliance)
                }
                for count in 0..<5 {
                    // Several are due on one day, and some on none.
                    let day = count == 4 ? nil : BusinessDate.today.adding(days: count / 2)
                    _ = try await desk.task("\(name) \(count)", on: deal, as: banker, owner: reader, dueOn: day)
                }
            }
            var seen: [OpenTask] = []
            var query = OpenTaskQuery(limit: 4, mine: mine)
            repeat {
                let page = try await desk.openTasks(query, as: reader)
                #expect(page.items.count <= 4)
                seen += page.items
                query.cursor = page.nextCursor
            } while query.cursor != nil
            #expect(seen.count == 15 && Set(seen.map(\.task.id)).count == 15)
            let days = seen.map { $0.task.dueOn?.text ?? "none" }
            #expect(days == days.sorted())
            #expect(days.filter { $0 == "none" }.count == 3)
        }
    }

    @Test func onesOwnAreThoseThatOneOwns() async throws {
        try await Desk.with { desk in
            let (lead, second) = (desk.person(.banker), desk.person(.banker))
            let deal = try await desk.deal("Falcon", by: lead)
            _ = try await desk.add(second, to: deal, by: lead, access: .edit)
            _ = try await desk.task("lead's", on: deal, as: lead, owner: lead)
            _ = try await desk.task("second's", on: deal, as: lead, owner: second)
            _ = try await desk.task("nobody's", on: deal, as: lead)
            func titles(_ mine: Bool?, _ person: Person) async throws -> Set<String> {
                Set(try await desk.openTasks(OpenTaskQuery(mine: mine), as: person).items.map(\.task.title))
            }
            #expect(try await titles(true, second) == ["second's"])
            #expect(try await titles(true, lead) == ["lead's"])
            #expect(try await titles(false, second).count == 3)
            // Whoever is off the team is off his tasks, too.
            try await desk.remove(second, from: deal, by: lead)
            #expect(try await titles(true, second) == [])
            #expect(try await titles(nil, second) == [])
            let tasks = try await desk.tasks(deal, as: lead)
            #expect(tasks.contains { $0.ownerId == second.id })
        }
    }

    /// The list's SQL and `Access` say the same of every person and deal.
    @Test func theListShowsTasksOfExactlyTheDealsThatCanBeRead() async throws {
        try await Desk.with { desk in
            var random = SeededRandom(state: 11)
            let bankers = (0..<3).map { _ in desk.person(.banker) }
            let readers = [desk.person(.compliance), desk.person(.compliance), desk.person(.observer)]
            var tasks: [(deal: Deal, task: DealTask)] = []
            for count in 0..<16 {
                let level = try #require(Confidentiality.allCases.randomElement(using: &random))
                let lead = try #require(bankers.randomElement(using: &random))
                let deal = try await desk.deal("Code \(count)", by: lead, confidentiality: level)
                for person in bankers + readers where person != lead && Bool.random(using: &random) {
                    _ = try await desk.add(person, to: deal, by: lead, access: .read)
                    tasks.append((deal, try await desk.task("for \(count)", on: deal, as: lead, owner: person)))
                    if Bool.random(using: &random) { try await desk.remove(person, from: deal, by: lead) }
                }
            }
            for person in bankers + readers {
                var readable: [DealTask] = []
                for (deal, task) in tasks where (try? await desk.get(deal, as: person)) != nil { readable.append(task) }
                let all = try await desk.openTasks(OpenTaskQuery(limit: 200), as: person).items
                #expect(Set(all.map(\.task.id)) == Set(readable.map(\.id)))
                let mine = try await desk.openTasks(OpenTaskQuery(limit: 200, mine: true), as: person).items
                #expect(Set(mine.map(\.task.id)) == Set(readable.filter { $0.ownerId == person.id }.map(\.id)))
            }
            for role in [Role.admin, .management] {
                try await fault("forbidden") { try await desk.openTasks(as: desk.person(role)) }
            }
        }
    }
}
