import Contracts
import Foundation
import GRDB

/// The tables `deal_state` and `report_fact`, which follow the deals.
enum DealStates {
    /// A deal as the tables know it: what it was, and whether it is in the sums.
    private struct Kept {
        var story: DealStory
        let isSummed: Bool

        var facts: ReportFacts { isSummed ? story.facts : [:] }
    }

    /// What of a deal's row reports look at, beside what its states have.
    static let attributes = """
        d.type, d.lead_user_id, d.sector, d.country, d.lost_to, d.confidentiality <> 'secret' AND d.deleted_ms IS NULL
        """

    /// Called before a deal is written, with the deal as it will be; of a new one when it is there.
    static func follow(_ deal: Deal, in db: Database) throws {
        let before = try kept(deal.id, in: db)
        var story = DealStory(deal, states: before?.story.states ?? [])
        let now = (face: DealFace(deal), day: deal.updatedAt.day.daysSince1970, reason: String?.none)
        try append(now, to: &story, deal.id, in: db)
        let after = Kept(story: story, isSummed: deal.confidentiality != .secret && deal.deletedAt == nil)
        // Most changes are of something that reports do not tell.
        guard before?.story != after.story || before?.isSummed != after.isSummed else { return }
        try add(after.facts, minus: before?.facts ?? [:], in: db)
    }

    /// Writes down what a deal is from a day on, when reports have something new to tell of it.
    static func append(
        _ now: (face: DealFace, day: Int, reason: String?), to story: inout DealStory, _ id: UUID, in db: Database
    ) throws {
        guard var state = try self.state(of: now.face, after: story.states.last, day: now.day, in: db) else { return }
        if let reason = now.reason { state.reason = reason }
        story.states.append(state)
        try insert(state, n: story.states.count, of: id, in: db)
    }

    /// Called after deals got another chance without being worked on.
    static func followChance(_ id: UUID, to probability: Int, on day: BusinessDate, in db: Database) throws {
        guard let before = try kept(id, in: db), var state = before.story.states.last else { return }
        state.probability = probability
        state.day = max(state.day, day.daysSince1970)
        (state.move, state.reason) = (nil, nil)
        var after = before
        after.story.states.append(state)
        try add(after.facts, minus: before.facts, in: db)
        try insert(state, n: after.story.states.count, of: id, in: db)
    }

    /// Called with what a move said of why the deal ended, after the deal was written.
    static func tell(_ reason: OutcomeCode, of id: UUID, in db: Database) throws {
        guard let before = try kept(id, in: db), let last = before.story.states.indices.last else { return }
        var after = before
        after.story.states[last].reason = reason.rawValue
        try add(after.facts, minus: before.facts, in: db)
        try db.cachedStatement(sql: "UPDATE deal_state SET reason = ? WHERE deal_id = ? AND n = ?")
            .execute(arguments: [reason.rawValue, id, last + 1])
    }

    /// Oldest first.
    static func states(of id: UUID, in db: Database) throws -> [StoryState] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT day, stage, status, currency, minor, probability, expected_close, move, furthest, reason
                FROM deal_state WHERE deal_id = ? ORDER BY n
                """)
        let rows = try Row.fetchCursor(statement, arguments: [id])
        var states: [StoryState] = []
        while let row = try rows.next() {
            states.append(
                StoryState(
                    day: row[0], stage: row[1], status: try row.choice(2), currency: row[3], minorUnits: row[4],
                    probability: row[5], expectedClose: row[6], move: try row.optionalChoice(7), furthest: row[8],
                    reason: row[9]))
        }
        return states
    }

    /// - Parameter row: with `attributes` from a column on.
    static func story(_ row: Row, from column: Int, _ id: UUID, in db: Database) throws -> DealStory {
        let lead: UUID = row[column + 1]
        return DealStory(
            type: try row.choice(column), lead: lead.text, sector: row[column + 2], country: row[column + 3],
            competitor: row[column + 4], states: try states(of: id, in: db))
    }

    private static func kept(_ id: UUID, in db: Database) throws -> Kept? {
        let statement = try db.cachedStatement(sql: "SELECT \(attributes) FROM deal d WHERE d.id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [id]) else { return nil }
        return Kept(story: try story(row, from: 0, id, in: db), isSummed: row[5])
    }

    /// Nil when reports have nothing new to tell of it.
    private static func state(of deal: DealFace, after last: StoryState?, day: Int, in db: Database) throws
        -> StoryState?
    {
        var state = StoryState(
            day: max(day, last?.day ?? day), stage: deal.stage, status: deal.status,
            currency: deal.value?.currency.code, minorUnits: deal.value?.minorUnits, probability: deal.probability,
            expectedClose: deal.expectedClose?.daysSince1970, move: nil, furthest: last?.furthest ?? deal.stage,
            reason: nil)
        guard let last else { return state }
        // It ended once, whatever is written down of it later.
        if !last.isLive, !state.isLive { state.reason = last.reason }
        if state.stage != last.stage {
            let position = try self.position(of: state.stage, deal.type, in: db)
            state.move = try position >= self.position(of: last.stage, deal.type, in: db) ? .forward : .back
            if try position > self.position(of: last.furthest, deal.type, in: db) { state.furthest = state.stage }
        }
        var same = last
        (same.day, same.move, same.reason) = (state.day, state.move, state.reason)
        return same == state ? nil : state
    }

    /// Also of a stage that was removed: where it stood.
    private static func position(of stage: String, _ type: DealType, in db: Database) throws -> Int {
        let statement = try db.cachedStatement(
            sql: """
                SELECT s.position FROM pipeline p JOIN stage s ON s.pipeline_id = p.id AND s.key = ? WHERE p.deal_type = ?
                """)
        return try Int.fetchOne(statement, arguments: [stage, type.rawValue]) ?? 0
    }

    private static func insert(_ state: StoryState, n: Int, of id: UUID, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO deal_state (deal_id, n, day, stage, status, currency, minor, probability, expected_close, move,
                    furthest, reason)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            id, n, state.day, state.stage, state.status.rawValue, state.currency, state.minorUnits, state.probability,
            state.expectedClose, state.move?.rawValue, state.furthest, state.reason,
        ])
    }

    /// Moves the sums by what is now said and was not said before.
    static func add(_ now: ReportFacts, minus before: ReportFacts, in db: Database) throws {
        var difference = now
        for (fact, sum) in before { difference[fact, default: ReportSum()] += -sum }
        for (fact, sum) in difference where !sum.isZero {
            try FactRows.add(sum, to: fact, level: .day, in: db)
            if fact.kind.hasMonths { try FactRows.add(sum, to: fact, level: .month, in: db) }
        }
    }
}

/// What of a deal makes another state when it changes.
struct DealFace: Sendable {
    let type: DealType
    var stage: String
    var status: DealStatus
    var value: Money?
    var probability: Int
    var expectedClose: BusinessDate?
}

extension DealFace {
    init(_ deal: Deal) {
        self.init(
            type: deal.type, stage: deal.stage, status: deal.status, value: deal.value, probability: deal.probability,
            expectedClose: deal.expectedCloseOn)
    }
}

extension DealStory {
    init(_ deal: Deal, states: [StoryState]) {
        self.init(
            type: deal.type, lead: deal.leadId.text, sector: deal.sector, country: deal.country,
            competitor: deal.lostTo, states: states)
    }
}
