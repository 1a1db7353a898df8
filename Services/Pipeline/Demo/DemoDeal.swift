import Contracts

/// One sample deal as it stands in the data; all dates are days before today, so that it never looks old.
struct DemoDeal: Decodable, Sendable {
    /// A move that does not go one stage forward: back, skip, on hold, active again, lost, withdrawn; or one after such
    /// a move.
    struct SpecialMove: Decodable, Sendable {
        var to: String
        var days: Int
        var reason: String?
    }

    /// Name, kind, tier, country.
    struct Buyer: Decodable, Sendable {
        var counterparty: NewCounterparty

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            counterparty = NewCounterparty(
                name: try container.decode(String.self), kind: try container.decode(CounterpartyKind.self),
                tier: try container.decode(String.self), country: try container.decode(String.self))
        }
    }

    var name: String
    var type: DealType
    var client: String
    var sector: String
    var country: String
    var value: Money
    var about: String
    var confidentiality: Confidentiality?
    /// A key of `DemoPerson`, as in `team`.
    var lead: String
    var team: [String: TeamRole]
    /// The day of origination, then of each next stage.
    var days: [Int]
    var then: [SpecialMove]?
    var buyers: [Buyer]?
    var next: String?
    /// Days from today.
    var closesIn: Int?

    var slug: String { name.lowercased().replacing(" ", with: "-") }
}

/// One move of a deal's history.
struct DemoMove: Equatable, Sendable {
    var toStage: String
    var daysAgo: Int
    var reason: String?
    /// The engagement: from here on the deal needs compliance's yes and a signed letter.
    var isEngagement = false
    var isClosing = false
}

extension DemoDeal {
    /// Everything after the creation, oldest first.
    var moves: [DemoMove] {
        let stages = DemoData.stages(of: type)
        let steps = zip(stages, days).dropFirst().map { DemoMove(toStage: $0, daysAgo: $1) }
        let special = (then ?? []).map { DemoMove(toStage: $0.to, daysAgo: $0.days, reason: $0.reason) }
        var moves = steps + special
        // In every pipeline the third stage is the one that a signed engagement opens.
        if let first = moves.firstIndex(where: { (stages.firstIndex(of: $0.toStage) ?? 0) >= 2 }) {
            moves[first].isEngagement = true
        }
        if let last = moves.indices.last, moves[last].toStage == stages.last { moves[last].isClosing = true }
        return moves
    }

    func newDeal(today: BusinessDate) -> NewDeal {
        NewDeal(
            codeName: name, type: type, clientName: client, sector: sector, country: country, description: about,
            value: value, confidentiality: confidentiality, originatedOn: days.first.map { today.adding(days: -$0) },
            expectedCloseOn: closesIn.map { today.adding(days: $0) }, nextStep: next)
    }
}

extension DemoMove {
    func move(today: BusinessDate) -> Move {
        let day = today.adding(days: -daysAgo)
        var fields = DealPatch()
        if isEngagement { fields.engagementLetterSignedOn = .set(day) }
        if isClosing { fields.closedOn = .set(day) }
        return Move(
            toStage: toStage, reason: reason, effectiveOn: day, fields: isEngagement || isClosing ? fields : nil)
    }
}
