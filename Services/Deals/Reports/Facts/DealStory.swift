import Contracts

/// What a deal was from some day on, as far as reports tell of it.
struct StoryState: Sendable, Hashable {
    /// Since 1970, by the instant at which it was written down.
    var day: Int
    var stage: String
    var status: DealStatus
    var currency: String?
    var minorUnits: Int64?
    var probability: Int
    /// Since 1970.
    var expectedClose: Int?
    /// Where its stage lay seen from the one before: as the pipeline was then.
    var move: StageStep?
    /// Of all stages that it was in, the last of the pipeline as it was then.
    var furthest: String
    var reason: String?

    enum StageStep: String, Sendable { case forward, back }
}

/// A deal as reports know it, from its creation to now. What it says is pure: the tables of sums are the sums of it.
struct DealStory: Sendable, Hashable {
    let type: DealType
    var lead: String
    var sector: String?
    var country: String?
    var competitor: String?
    /// Oldest first.
    var states: [StoryState]

    /// With all their keys, by day.
    var facts: ReportFacts {
        var teller = StoryTeller(type: type)
        for state in states { teller.tell(state) }
        teller.finish(self)
        return teller.facts
    }
}

private struct StoryTeller {
    let type: DealType
    var facts: ReportFacts = [:]
    private var last: StoryState?
    /// Of the present stay: when it began, and its days on hold so far.
    private var stay = (since: 0, held: 0)
    private var first = 0
    private var endedOn = 0
    /// What has happened to the deal before, and which stages it has left before.
    private var happened: Set<String> = []
    private var left: Set<String> = []

    init(type: DealType) { self.type = type }

    mutating func tell(_ state: StoryState) {
        defer { last = state }
        guard let last else {
            first = state.day
            flow(.created, state)
            begin(state)
            return
        }
        if last.isLive { leave(last, for: state) }
        switch (last.isLive, state.isLive) {
        case (true, true): change(last, state)
        case (true, false):
            revalue(last, state)
            flow(state.endFlow, state)
            endedOn = state.day
        case (false, true):
            flow(.reopened, state)
            begin(state)
        case (false, false): break
        }
    }

    /// A deal that enters the pipeline, or comes back to it.
    private mutating func begin(_ state: StoryState) {
        guard state.isLive else {
            flow(state.endFlow, state)
            endedOn = state.day
            return
        }
        stay = (state.day, 0)
        add(.state, day: state.day, state, by: 1)
    }

    /// The state before ends, and its stay with it if the deal goes to another stage.
    private mutating func leave(_ last: StoryState, for state: StoryState) {
        add(.state, day: state.day, last, by: -1)
        if last.status == .onHold { stay.held += state.day - last.day }
        guard state.stage != last.stage || !state.isLive else { return }
        var fact = ReportFact(.stay, type, day: state.day)
        fact.stage = last.stage
        fact.place = left.insert(last.stage).inserted ? "" : ReportFact.again
        fact.days = state.day - stay.since - stay.held
        facts[fact, default: ReportSum()] += ReportSum(count: 1, amount: Int128(stay.held))
        stay = (state.day, 0)
    }

    private mutating func change(_ last: StoryState, _ state: StoryState) {
        add(.state, day: state.day, state, by: 1)
        switch state.move {
        case .forward: flow(.forward, state)
        case .back: flow(.back, state)
        case nil: break
        }
        if last.status != state.status { flow(state.status == .onHold ? .held : .resumed, state) }
        if let before = last.expectedClose, let after = state.expectedClose, before != after {
            flow(after > before ? .slipped : .advanced, state)
        }
        revalue(last, state)
    }

    private mutating func revalue(_ last: StoryState, _ state: StoryState) {
        guard last.currency != state.currency || last.minorUnits != state.minorUnits else { return }
        var (before, after) = (ReportFact(.flow, type, day: state.day), ReportFact(.flow, type, day: state.day))
        (before.flow, after.flow) = (ReportFlow.valued.rawValue, ReportFlow.valued.rawValue)
        (before.currency, after.currency) = (last.currency ?? "", state.currency ?? "")
        let place = happened.insert(ReportFlow.valued.rawValue).inserted ? "" : ReportFact.again
        (before.place, after.place) = (place, place)
        // One change, counted where the value is now.
        facts[before, default: ReportSum()] += ReportSum(amount: -Int128(last.minorUnits ?? 0))
        facts[after, default: ReportSum()] += ReportSum(count: 1, amount: Int128(state.minorUnits ?? 0))
    }

    mutating func finish(_ story: DealStory) {
        guard let last else { return }
        var cohort = ReportFact(.cohort, type, day: first)
        (cohort.stage, cohort.status, cohort.place) = (last.furthest, last.status.rawValue, last.stage)
        facts[cohort, default: ReportSum()] += ReportSum(count: 1)
        if last.isLive {
            var fact = ReportFact(.running, type, day: 0)
            (fact.stage, fact.status) = (last.stage, last.status.rawValue)
            fact.days = last.status == .onHold ? last.day - stay.since - stay.held : stay.since + stay.held
            facts[fact, default: ReportSum()] += ReportSum(count: 1)
        } else {
            var fact = ReportFact(.end, type, day: endedOn)
            (fact.status, fact.reason) = (last.status.rawValue, last.reason ?? "")
            (fact.lead, fact.sector, fact.country) = (story.lead, story.sector ?? "", story.country ?? "")
            (fact.competitor, fact.currency) = (story.competitor ?? "", last.currency ?? "")
            facts[fact, default: ReportSum()] += ReportSum(count: 1, amount: Int128(last.minorUnits ?? 0))
        }
        facts = facts.filter { !$0.value.isZero }
    }

    private mutating func flow(_ flow: ReportFlow, _ state: StoryState) {
        var fact = ReportFact(.flow, type, day: state.day)
        (fact.flow, fact.currency) = (flow.rawValue, state.currency ?? "")
        fact.place = happened.insert(flow.rawValue).inserted ? "" : ReportFact.again
        facts[fact, default: ReportSum()] += ReportSum(count: 1, amount: Int128(state.minorUnits ?? 0))
    }

    private mutating func add(_ kind: ReportFact.Kind, day: Int, _ state: StoryState, by sign: Int) {
        var fact = ReportFact(kind, type, day: day)
        (fact.stage, fact.status, fact.currency) = (state.stage, state.status.rawValue, state.currency ?? "")
        let amount = Int128(state.minorUnits ?? 0)
        let sum = ReportSum(count: 1, amount: amount, weighted: amount * Int128(state.probability))
        facts[fact, default: ReportSum()] += sign > 0 ? sum : -sum
    }
}

extension StoryState {
    var isLive: Bool { !status.isEnded }

    fileprivate var endFlow: ReportFlow {
        switch status {
        case .won: .won
        case .lost: .lost
        case .active, .onHold, .withdrawn: .withdrawn
        }
    }
}
