import Contracts
import Foundation

/// A filter that has been read and fits: what remains is to ask it.
indirect enum DealCondition: Sendable, Hashable {
    case all([DealCondition])
    case any([DealCondition])
    case not(DealCondition)
    case field(DealFilterField, Comparison)

    enum Comparison: Sendable, Hashable {
        case equals(Operand)
        case isOneOf([Operand])
        case compares(Order, Operand)
        case contains(String)
        case startsWith(String)
        case isNull(Bool)
    }

    /// As SQL writes it.
    enum Order: String, Sendable { case less = "<", atMost = "<=", more = ">", atLeast = ">=" }

    enum Operand: Sendable, Hashable {
        case text(String)
        case number(Int64)
        case user(UUID)
        /// Whoever asks.
        case me
        case money(Money)
        /// Before today.
        case days(Int)
        case truth(Bool)
    }

    /// Every field that the filter looks at.
    var fields: Set<DealFilterField> {
        switch self {
        case .all(let parts), .any(let parts): parts.reduce(into: []) { $0.formUnion($1.fields) }
        case .not(let part): part.fields
        case .field(let field, _): [field]
        }
    }
}
