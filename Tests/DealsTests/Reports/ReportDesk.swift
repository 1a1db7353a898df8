import Contracts
import Foundation
import GRDB
import RPC
import Storage
import Testing

@testable import deals

extension Desk {
    func report(_ name: ReportName, _ query: ReportQuery = ReportQuery(), as person: Person) async throws -> Report {
        try await call(DealMethods.report, query, as: person, on: [name.rawValue])
    }

    /// All deals behind a number, by how often each is counted in it.
    /// - Parameter reference: as the number's cell has it.
    func deals(behind reference: String, as person: Person, limit: Int = 3) async throws -> [UUID: Int] {
        let parts = try #require(URLComponents(string: reference))
        let name = try #require(parts.path.split(separator: "/").first.map(String.init))
        let items = Dictionary((parts.queryItems ?? []).map { ($0.name, $0.value ?? "") }) { first, _ in first }
        let query = ReportQuery(
            from: items["from"].flatMap(BusinessDate.init(text:)), to: items["to"].flatMap(BusinessDate.init(text:)),
            asOf: items["asOf"].flatMap(BusinessDate.init(text:)),
            groupBy: items["groupBy"].flatMap(ReportGrouping.init(rawValue:)),
            type: items["type"].flatMap(DealType.init(rawValue:)))
        var found: [UUID: Int] = [:]
        var cursor: String?
        repeat {
            let asked = ReportDealQuery(report: query, cell: items["cell"] ?? "", limit: limit, cursor: cursor)
            let page = try await call(DealMethods.reportDeals, asked, as: person, on: [name])
            for item in page.items {
                #expect(found[item.id] == nil, "\(reference)")
                found[item.id] = item.times
            }
            cursor = page.nextCursor
        } while cursor != nil
        return found
    }

    /// Changes a deal past all rules, as history would have it.
    func rewrite(
        _ id: UUID, as person: Person, reason: OutcomeCode? = nil, _ change: @escaping @Sendable (inout Deal) -> Void
    ) async throws {
        let caller = try caller(person)
        try await store.write { db in
            guard let before = try DealRows.deal(id, in: db) else { return }
            var after = before
            change(&after)
            let saved = try DealStore.save(after, replacing: before, EventType.dealUpdated, by: caller, in: db)
            guard before.stage != saved.stage || before.status != saved.status else { return }
            let direction: MoveDirection =
                saved.status.isEnded ? .end : before.status.isEnded ? .reopen : saved.status == .onHold ? .hold : .back
            let move = StageTransition(
                id: UUIDv7.make(at: caller.now), fromStage: before.stage, toStage: saved.stage,
                fromStatus: before.status, toStatus: saved.status, direction: direction, reason: "generated",
                reasonCode: direction == .end ? reason : nil, effectiveOn: caller.today, daysInFrom: 0, by: caller.id,
                at: caller.now)
            try TransitionStore.append(move, of: saved, in: db)
        }
    }
}

/// A firm of a few bankers whose deals live through generated histories.
struct GeneratedFirm {
    static let types: [DealType] = [.sellSideMA, .fairnessOpinion]

    let bankers: [Person]
    let compliance, management, stranger: Person
    private(set) var deals: [Deal] = []

    init(_ desk: Desk, deals count: Int, steps: Int, seed: UInt64) async throws {
        bankers = [desk.person(.banker), desk.person(.banker)]
        (compliance, management, stranger) = (
            desk.person(.compliance), desk.person(.management), desk.person(.banker)
        )
        var random = SeededRandom(state: seed)
        for number in 0..<count {
            let type = Self.types[number % 3 == 0 ? 1 : 0]
            let level = Confidentiality.allCases.randomElement(using: &random)
            let deal = try await desk.deal(
                "Code \(number)", by: bankers[number % 2], type: type, confidentiality: level)
            deals.append(deal)
            desk.clock.advance(days: Int.random(in: 0...2, using: &random), seconds: 60)
        }
        for _ in 0..<steps {
            desk.clock.advance(days: Int.random(in: 0...1, using: &random), seconds: 60)
            try await step(desk, &random)
        }
        desk.clock.advance(days: 3)
    }

    func owner(of deal: Deal) -> Person { bankers[(deals.firstIndex { $0.id == deal.id } ?? 0) % 2] }

    private func step(_ desk: Desk, _ random: inout SeededRandom) async throws {
        guard let deal = deals.randomElement(using: &random) else { return }
        let stages = Pipeline.builtIn(for: deal.type).stages
        let stage = stages.randomElement(using: &random)?.key ?? deal.stage
        let last = stages.last?.key ?? ""
        let choice = Int.random(in: 0..<13, using: &random)
        let minor = Int64.random(in: 0...9_000_000_000_000, using: &random)
        let currency = ["USD", "EUR", "JPY"].randomElement(using: &random).flatMap(Currency.init(code:))
        let days = Int.random(in: 10...200, using: &random)
        let level = Confidentiality.allCases.randomElement(using: &random) ?? .secret
        let reason = OutcomeCode.allCases.randomElement(using: &random)
        let (now, owner) = (desk.clock.now(), owner(of: deal))
        try await desk.rewrite(deal.id, as: owner, reason: reason) { deal in
            guard deal.deletedAt == nil else {
                (deal.deletedAt, deal.deletedBy) = (nil, nil)
                return
            }
            switch choice {
            case 0...3 where !deal.status.isEnded:
                deal.stage = stage
                deal.status = stage == last ? .won : .active
                if stage == last { deal.closedOn = now.day }
            case 4: deal.value = currency.map { Money(minorUnits: minor, currency: $0) }
            case 5: deal.value = nil
            case 6: deal.probability = Int(minor % 101)
            case 7: deal.expectedCloseOn = now.day.adding(days: days)
            case 8 where !deal.status.isEnded: deal.status = deal.status == .onHold ? .active : .onHold
            case 9 where !deal.status.isEnded: (deal.status, deal.outcomeReason) = (.lost, "price")
            case 10:
                if deal.status.isEnded, deal.status != .won {
                    (deal.status, deal.outcomeReason) = (.active, nil)
                } else if !deal.status.isEnded {
                    (deal.status, deal.outcomeReason) = (.withdrawn, "client")
                }
            case 11: deal.confidentiality = level
            case 12 where minor % 3 == 0: (deal.deletedAt, deal.deletedBy) = (now, owner.id)
            default: deal.nextStep = "Call \(minor)"
            }
        }
    }
}
