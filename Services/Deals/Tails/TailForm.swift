import Contracts
import Foundation
import RPC

/// How long a tail is.
enum TailTerm {
    static let months = 1...60

    /// The same day of the month so many months later, or the last one of that month where it is shorter; nil behind the
    /// days that there are.
    static func end(of start: BusinessDate, months: Int) -> BusinessDate? {
        let (years, month) = (start.month - 1 + months).quotientAndRemainder(dividingBy: 12)
        return (0...3).lazy.compactMap { shorter in
            BusinessDate(year: start.year + years, month: month + 1, day: start.day - shorter)
        }.first
    }
}

/// Checks a tail as it was agreed, and finds its days.
struct TailForm: Sendable {
    /// That one tail names.
    static let counterpartiesMax = 200

    let new: NewDealTail
    let startsOn, endsOn: BusinessDate?

    /// - Parameters:
    ///   - ended: the day on which the deal was lost or withdrawn; nil while it lives.
    ///   - known: those of the counterparties that are named which the deal has.
    /// - Throws: `validation_failed` with every field that does not fit.
    init(_ new: NewDealTail, ended: BusinessDate?, known: Set<UUID>) throws(RPCFault) {
        var faults: [FieldFault] = []
        let months = TailTerm.months
        if !months.contains(new.months) {
            faults.append(
                FieldFault("months", "out_of_range", "must be \(months.lowerBound) to \(months.upperBound)"))
        }
        if let ids = new.counterpartyIds {
            let field = "counterpartyIds"
            if !(1...Self.counterpartiesMax).contains(ids.count) {
                let message = "must be 1 to \(Self.counterpartiesMax), or be left out"
                faults.append(FieldFault(field, "out_of_range", message))
            } else if Set(ids).count < ids.count {
                faults.append(FieldFault(field, "repeated", "names a counterparty twice"))
            } else if !Set(ids).isSubset(of: known) {
                faults.append(FieldFault(field, "unknown_counterparty", "must be counterparties of this deal"))
            }
        }
        let start = new.startsOn ?? ended
        let end = start.flatMap { TailTerm.end(of: $0, months: months.contains(new.months) ? new.months : 1) }
        if start != nil, end == nil {
            faults.append(FieldFault("startsOn", "out_of_range", "must be a day whose tail ends before the year 2200"))
        }
        guard faults.isEmpty else { throw .invalid(faults) }
        self.new = new
        (startsOn, endsOn) = (start, end)
    }
}

/// What an event tells of a tail.
enum TailChanges {
    /// - Parameters:
    ///   - before: nil for one that was just agreed.
    ///   - after: nil for one that was removed.
    static func between(_ before: DealTail?, _ after: DealTail?) -> [FieldChange] {
        let (old, new) = (before.map(fields) ?? [:], after.map(fields) ?? [:])
        return ["months", "startsOn", "endsOn", "counterparties"].compactMap { name in
            old[name] == new[name] ? nil : FieldChange(name, before: old[name], after: new[name])
        }
    }

    private static func fields(_ tail: DealTail) -> [String: String] {
        let ids = tail.counterparties?.map(\.id.text).joined(separator: " ")
        let all = [
            "months": String(tail.months), "startsOn": tail.startsOn?.text, "endsOn": tail.endsOn?.text,
            "counterparties": ids ?? "all",
        ]
        return all.compactMapValues { $0 }
    }
}

extension DealStatus {
    /// The engagement ended, and nothing was earned by a closing: then a tail runs.
    var startsTail: Bool { self == .lost || self == .withdrawn }
}
