import Contracts
import Foundation
import GRDB

/// The values of a deal that filters ask for by themselves, each as one word of the index `deal_facet`: a letter of its
/// field, and its bytes in hexadecimal.
enum DealFacets {
    /// Of a deal `d`.
    static let sql = columns.map { "coalesce('\($0.letter)' || hex(\($0.column)), '')" }.joined(
        separator: " || ' ' || ")

    private static let columns: [(field: DealFilterField, letter: String, column: String)] = [
        (.type, "t", "d.type"), (.stage, "s", "d.stage"), (.status, "u", "d.status"), (.lead, "l", "d.lead_user_id"),
        (.sector, "i", "d.sector"), (.country, "c", "d.country"), (.priority, "p", "d.priority"),
        (.forecastCategory, "f", "d.forecast_category"), (.confidentiality, "k", "d.confidentiality"),
        (.conflictStatus, "x", "d.conflict_status"), (.currency, "m", "d.value_currency"),
    ]

    /// The values of a deal, in the order in which they are read by `valuesSQL`.
    static func values(of deal: Deal) -> [DatabaseValue] {
        let values: [(any DatabaseValueConvertible)?] = [
            deal.type.rawValue, deal.stage, deal.status.rawValue, deal.leadId, deal.sector, deal.country,
            deal.priority.rawValue, deal.forecastCategory.rawValue, deal.confidentiality.rawValue,
            deal.conflictStatus.rawValue, deal.value?.currency.code,
        ]
        return values.map { $0?.databaseValue ?? .null }
    }

    static let valuesSQL = columns.map(\.column).joined(separator: ", ")

    /// As the index is asked for deals that have one of the values. Nil for what it does not know.
    static func match(
        _ field: DealFilterField, _ comparison: DealCondition.Comparison, caller: Caller
    ) -> String? {
        switch comparison {
        case .equals, .isOneOf: break
        default: return nil
        }
        let values = comparison.operands.map { $0.value(for: caller) }
        if field == .product {
            let products = values.compactMap { ($0 as? String).flatMap(DealProduct.init(rawValue:)) }
            return match("t", products.flatMap(\.types).map(\.rawValue))
        }
        return columns.first { $0.field == field }.flatMap { match($0.letter, values) }
    }

    private static func match(_ letter: String, _ values: [(any DatabaseValueConvertible)?]) -> String? {
        guard !values.isEmpty else { return nil }
        return "(" + values.map { letter + hexadecimal($0) }.joined(separator: " OR ") + ")"
    }

    private static func hexadecimal(_ value: (any DatabaseValueConvertible)?) -> String {
        let bytes: Data =
            switch value?.databaseValue.storage {
            case .blob(let data)?: data
            case .string(let text)?: Data(text.utf8)
            default: Data()
            }
        return bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
