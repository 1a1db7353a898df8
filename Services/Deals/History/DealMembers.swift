import Contracts
import Foundation
import RPC

/// A deal as the members of its JSON, each as it is written there: what is compared to find out what changed, whatever
/// fields a deal has.
struct DealMembers: Sendable {
    /// Never changed by anybody, counted with every change, or told by the work on a deal.
    static let untold: Set = ["id", "number", "createdAt", "updatedAt", "version", "lastActivityAt"]

    private var values: [String: String]

    init(_ deal: Deal) throws { values = JSONMembers.of(try StrictJSON.encode(deal)) }

    /// What made these out of others, by field.
    func changes(since earlier: DealMembers) -> [MemberChange] {
        Set(values.keys).union(earlier.values.keys).subtracting(Self.untold).sorted().compactMap { field in
            let (before, after) = (earlier.values[field], values[field])
            return before == after ? nil : MemberChange(field: field, before: before, after: after)
        }
    }

    /// The same of a deal that was just created.
    var made: [MemberChange] {
        values.keys.filter { !Self.untold.contains($0) }.sorted()
            .map { MemberChange(field: $0, before: nil, after: values[$0]) }
    }

    /// - Parameter value: nil for none.
    mutating func set(_ field: String, _ value: String?) { values[field] = value }

    /// The deal whose members these are.
    func deal() throws -> Deal {
        let json = "{" + values.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
        return try JSONDecoder().decode(Deal.self, from: Data(json.utf8))
    }
}

/// One member before and after, as JSON; nil where there is none.
struct MemberChange: Sendable, Hashable {
    let field: String
    let before: String?
    let after: String?

    /// As people and events read it.
    var told: FieldChange {
        FieldChange(field, before: before.map(Self.words), after: after.map(Self.words))
    }

    /// Texts without their quotes, amounts with their currency, and lists between commas; all else as it stands.
    private static func words(_ json: String) -> String {
        let data = Data(json.utf8)
        if let text = try? JSONDecoder().decode(String.self, from: data) { return text }
        if let money = try? JSONDecoder().decode(Money.self, from: data) {
            return "\(money.amount) \(money.currency.code)"
        }
        if let list = try? JSONDecoder().decode([String].self, from: data) { return list.joined(separator: ", ") }
        return json
    }
}
