import Contracts
import Foundation
import GRDB
import RPC
import Storage

@testable import deals

/// A deal with all that it ever was, read from the record of changes: what reports are recomputed from, one by one.
struct PastDeal {
    let deal: Deal
    let versions: [(day: Int, deal: Deal)]
    /// Of its last end.
    let reason: String

    /// Those that somebody sees; of management those that are not secret.
    static func all(_ desk: Desk, for person: Person) async throws -> [PastDeal] {
        let caller = person.role == .management ? nil : try desk.caller(person)
        return try await desk.store.read { db in
            let ids = try UUID.fetchAll(db, sql: "SELECT id FROM deal WHERE deleted_ms IS NULL")
            let seen = try caller.map { try DealRows.visible(Set(ids), to: $0, in: db).ids } ?? []
            return try ids.compactMap { id in
                guard let deal = try DealRows.deal(id, in: db) else { return nil }
                let isSeen = caller == nil ? deal.confidentiality != .secret : seen.contains(id)
                guard isSeen else { return nil }
                let versions = try Row.fetchAll(
                    db, sql: "SELECT version, at_ms FROM deal_version WHERE deal_id = ? ORDER BY version",
                    arguments: [id]
                ).map { row in
                    (
                        Instant(milliseconds: row[1]).day.daysSince1970,
                        try ChangeRows.deal(deal, in: row[0], in: db)
                    )
                }
                let reason = try String.fetchOne(
                    db,
                    sql: """
                        SELECT coalesce(reason_code, '') FROM stage_transition WHERE deal_id = ? AND direction = 'end'
                        ORDER BY seq DESC LIMIT 1
                        """, arguments: [id])
                return PastDeal(deal: deal, versions: versions, reason: reason ?? "")
            }
        }
    }

    /// As it stood at the end of a day.
    func at(_ day: Int) -> Deal? { versions.last { $0.day <= day }?.deal }

    /// One version and the one before, with the day of the change.
    var steps: [(day: Int, before: Deal, after: Deal)] {
        zip(versions, versions.dropFirst()).map { ($1.day, $0.deal, $1.deal) }
    }

    var stages: [Stage] { Pipeline.builtIn(for: deal.type).stages }

    func position(_ key: String) -> Int { stages.firstIndex { $0.key == key } ?? 0 }

    /// The farthest stage that it ever was in.
    var furthest: Int { versions.map { position($0.deal.stage) }.max() ?? 0 }

    /// When it ended, if it has.
    var endedOn: Int? {
        guard deal.status.isEnded else { return nil }
        let lastLive = versions.lastIndex { !$0.deal.status.isEnded }
        return versions[lastLive.map { $0 + 1 } ?? 0].day
    }

    /// What happened to it in some days.
    func flows(_ days: ClosedRange<Int>) -> [String: Int] {
        var flows: [String: Int] = [:]
        if let first = versions.first, days.contains(first.day) { flows["created", default: 0] += 1 }
        for (day, before, after) in steps where days.contains(day) {
            let (was, now) = (!before.status.isEnded, !after.status.isEnded)
            if was, !now { flows[after.status.rawValue, default: 0] += 1 }
            if !was, now { flows["reopened", default: 0] += 1 }
            if was, before.value != after.value { flows["valued", default: 0] += 1 }
            guard was, now else { continue }
            if before.stage != after.stage {
                flows[position(after.stage) > position(before.stage) ? "forward" : "back", default: 0] += 1
            }
            if before.status != after.status {
                flows[after.status == .onHold ? "held" : "resumed", default: 0] += 1
            }
            if let old = before.expectedCloseOn, let new = after.expectedCloseOn, old != new {
                flows[new > old ? "slipped" : "advanced", default: 0] += 1
            }
        }
        return flows
    }

    struct Stay {
        let stage: String
        /// Nil of one that lasts.
        var ended: Int?
        var days: Int
        var held: Int
    }

    /// Its stays in stages, day by day: what passes between two versions belongs to the state of the first.
    func stays(today: Int) -> [Stay] {
        var stays: [Stay] = []
        var open: Stay?
        for index in versions.indices {
            let (day, deal) = versions[index]
            let continues = open?.stage == deal.stage && !deal.status.isEnded
            if var ending = open, !continues {
                ending.ended = day
                stays.append(ending)
                open = nil
            }
            guard !deal.status.isEnded else { continue }
            var stay = open ?? Stay(stage: deal.stage, ended: nil, days: 0, held: 0)
            let next = index + 1 < versions.count ? versions[index + 1].day : today
            if deal.status == .onHold { stay.held += next - day } else { stay.days += next - day }
            open = stay
        }
        return stays + [open].compactMap { $0 }
    }
}

/// The deals behind every number of a report, by the number's cell, found by looking at each deal.
struct Recount {
    let deals: [PastDeal]
    let today: Int

    typealias Cells = [String: [UUID: Int]]

    private func cells(_ count: (PastDeal) -> [String: Int]) -> Cells {
        var cells: Cells = [:]
        for deal in deals {
            for (cell, times) in count(deal) where times > 0 { cells[cell, default: [:]][deal.deal.id] = times }
        }
        return cells
    }

    func pipeline(asOf day: Int) -> Cells {
        cells { past in
            guard let deal = past.at(day), !deal.status.isEnded else { return [:] }
            return ["\(deal.type.rawValue).\(deal.stage)": 1, "total": 1]
        }
    }

    func movement(_ days: ClosedRange<Int>) -> Cells {
        cells { past in
            var counts = past.flows(days)
            for (line, day) in [("opening", days.lowerBound - 1), ("closing", days.upperBound)] {
                if let deal = past.at(day), !deal.status.isEnded { counts[line] = 1 }
            }
            return counts
        }
    }

    func funnel(_ type: DealType, _ days: ClosedRange<Int>) -> Cells {
        cells { past in
            guard past.deal.type == type, let first = past.versions.first, days.contains(first.day) else { return [:] }
            var counts: [String: Int] = [:]
            for stage in past.stages.prefix(past.furthest + 1) { counts["reached.\(stage.key)"] = 1 }
            switch past.deal.status {
            case .active, .onHold: counts["live.\(past.deal.stage)"] = 1
            case .lost: counts["lost.\(past.deal.stage)"] = 1
            case .withdrawn: counts["withdrawn.\(past.deal.stage)"] = 1
            case .won: break
            }
            return counts
        }
    }

    func timeInStage(_ type: DealType, _ days: ClosedRange<Int>) -> Cells {
        cells { past in
            guard past.deal.type == type else { return [:] }
            var counts: [String: Int] = [:]
            for stay in past.stays(today: today) {
                if stay.ended == nil { counts["running.\(stay.stage)"] = 1 }
                if let ended = stay.ended, days.contains(ended) { counts["stays.\(stay.stage)", default: 0] += 1 }
            }
            return counts
        }
    }

    /// By whatever a deal is told apart by.
    func winLoss(_ days: ClosedRange<Int>, by group: (PastDeal) -> String) -> Cells {
        cells { past in
            guard let ended = past.endedOn, days.contains(ended) else { return [:] }
            let status = past.deal.status.rawValue
            return ["\(status).=\(group(past))": 1, "\(status).total": 1]
        }
    }
}
