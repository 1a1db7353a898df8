import Contracts
import Foundation

/// How far a counterparty is, as its steps say: the furthest of those that are not void, unless it has left. The one place that
/// derives it.
struct CounterpartyStanding: Sendable, Hashable {
    let status: CounterpartyStepKind
    let statusOn: BusinessDate
    /// How far it came, also when it has left.
    let furthest: CounterpartyStepKind
    /// The first day of each kind of step, and the last day of a way out.
    let days: [CounterpartyStepKind: BusinessDate]
    let passReason: String?
    let exclusionReason: String?

    /// - Parameter steps: all of one counterparty, void ones too, in any order.
    init(_ steps: [CounterpartyStep], addedOn: BusinessDate) {
        let standing = steps.filter { $0.voidedAt == nil }
        var days: [CounterpartyStepKind: BusinessDate] = [:]
        for step in standing {
            days[step.step] = days[step.step].map { step.step.isExit ? max($0, step.on) : min($0, step.on) } ?? step.on
        }
        let onward = CounterpartyStepKind.onward.last { days[$0] != nil } ?? .identified
        let exit = Self.last(of: standing.filter(\.step.isExit))
        self.days = days
        furthest = onward
        status = exit?.step ?? onward
        statusOn = exit?.on ?? days[onward] ?? addedOn
        passReason = Self.last(of: standing.filter { $0.step == .passed })?.reason
        exclusionReason = Self.last(of: standing.filter { $0.step == .rejectedByUs || $0.step == .excluded })?.reason
    }

    /// Of two of one day, the one that was recorded later.
    private static func last(of steps: [CounterpartyStep]) -> CounterpartyStep? {
        steps.max { ($0.on, $0.recordedAt.milliseconds, $0.id.text) < ($1.on, $1.recordedAt.milliseconds, $1.id.text) }
    }

    /// When the client approved it.
    var approvedOn: BusinessDate? { days[.approvedByClient] }
    /// When it left, if it has.
    var leftOn: BusinessDate? { status.isExit ? statusOn : nil }

    /// The days as the JSON of `Counterparty.steps`: the same bytes that an encoder makes of them.
    var daysText: String {
        let members = days.map { "\"\($0.key.rawValue)\":\"\($0.value.text)\"" }.sorted()
        return "{\(members.joined(separator: ","))}"
    }

    /// Reads what `daysText` wrote, and nothing else: it is read for each row of a list.
    static func days(of text: String) -> [String: BusinessDate] {
        guard text.utf8.count > 2 else { return [:] }
        // Between quotes stand a name, a colon, a day, a comma, and so on.
        let parts = text.split(separator: "\"")
        var days: [String: BusinessDate] = [:]
        for index in stride(from: 1, to: parts.count - 2, by: 4) {
            days[String(parts[index])] = BusinessDate(text: String(parts[index + 2]))
        }
        return days
    }
}
