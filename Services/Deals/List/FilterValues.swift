import Contracts
import Foundation
import RPC

/// Reads the value of one condition as its column wants it. Nil, with faults, for what does not fit.
struct FilterValues {
    static let listMax = 50
    static let textScalarsMax = 200
    static let daysMax: Int64 = 36_500

    let column: FilterColumn
    let path: String

    func comparison(
        _ operation: DealFilterOperation, _ value: DealFilter, _ faults: inout [FieldFault]
    ) -> DealCondition.Comparison? {
        switch operation {
        case .eq: operand(value, path, &faults).map(DealCondition.Comparison.equals)
        case .in: list(value, &faults).map(DealCondition.Comparison.isOneOf)
        case .lt: operand(value, path, &faults).map { .compares(.less, $0) }
        case .lte: operand(value, path, &faults).map { .compares(.atMost, $0) }
        case .gt: operand(value, path, &faults).map { .compares(.more, $0) }
        case .gte: operand(value, path, &faults).map { .compares(.atLeast, $0) }
        case .contains: part(value, &faults).map(DealCondition.Comparison.contains)
        case .startsWith: folded(value, path, &faults).map(DealCondition.Comparison.startsWith)
        case .isNull: truth(value, &faults).map(DealCondition.Comparison.isNull)
        }
    }

    private func list(_ value: DealFilter, _ faults: inout [FieldFault]) -> [DealCondition.Operand]? {
        guard case .list(let values) = value else { return fault(path, "wrong_type", "must be an array", &faults) }
        guard (1...Self.listMax).contains(values.count) else {
            let code = values.isEmpty ? "too_short" : "too_many"
            return fault(path, code, "must have 1 to \(Self.listMax) values", &faults)
        }
        return values.enumerated().compactMap { operand($1, "\(path)[\($0)]", &faults) }
    }

    private func operand(
        _ value: DealFilter, _ path: String, _ faults: inout [FieldFault]
    ) -> DealCondition.Operand? {
        switch column.kind {
        case .choice(let allowed):
            guard case .text(let text) = value, allowed.contains(text) else {
                return fault(path, "invalid", "must be one of \(allowed.joined(separator: ", "))", &faults)
            }
            return .text(text)
        case .name: return text(value, path, &faults).map { .text($0) }
        case .tag: return text(value, path, &faults).map { .text(TagRule.folded($0)) }
        case .codeName, .clientName, .search: return folded(value, path, &faults).map { .text($0) }
        case .country:
            guard case .text(let code) = value, CountryCode.isValid(code) else {
                return fault(path, CountryCode.fault.code, CountryCode.fault.message, &faults)
            }
            return .text(code)
        case .currency:
            guard case .text(let code) = value, Currency(code: code) != nil else {
                return fault(path, "invalid", "must be an ISO 4217 code such as USD", &faults)
            }
            return .text(code)
        case .stageCategory:
            guard case .text(let text) = value, DealStageCategory(rawValue: text) != nil else {
                let allowed = DealStageCategory.allCases.map(\.rawValue).joined(separator: ", ")
                return fault(path, "invalid", "must be one of \(allowed)", &faults)
            }
            return .text(text)
        case .user, .member: return user(value, path, &faults)
        case .flag: return truth(value, &faults).map { .truth($0) }
        case .days:
            guard case .integer(let days) = value, (0...Self.daysMax).contains(days) else {
                return fault(path, "out_of_range", "must be a whole number from 0 to \(Self.daysMax)", &faults)
            }
            return .days(Int(days))
        case .percent:
            guard case .integer(let percent) = value, (0...100).contains(percent) else {
                return fault(path, "out_of_range", "must be a whole number from 0 to 100", &faults)
            }
            return .number(percent)
        case .day:
            guard case .text(let text) = value, let day = BusinessDate(text: text) else {
                return fault(path, "invalid", "must be a date such as 2026-11-21", &faults)
            }
            return .text(day.text)
        case .instant:
            guard case .text(let text) = value, let instant = Instant(text: text) else {
                return fault(path, "invalid", "must be an RFC 3339 time in UTC such as 2026-11-21T09:30:00Z", &faults)
            }
            return .number(instant.milliseconds)
        case .money: return money(value, path, &faults)
        }
    }

    private func user(_ value: DealFilter, _ path: String, _ faults: inout [FieldFault]) -> DealCondition.Operand? {
        guard case .text(let text) = value else { return fault(path, "wrong_type", "must be a string", &faults) }
        if text == "me" { return .me }
        guard let id = UUID(uuidString: text) else { return fault(path, "invalid", "must be a UUID or me", &faults) }
        return .user(id)
    }

    private func money(_ value: DealFilter, _ path: String, _ faults: inout [FieldFault]) -> DealCondition.Operand? {
        guard case .object(let members) = value, case .text(let amount)? = members["amount"],
            case .text(let code)? = members["currency"], members.count == 2
        else { return fault(path, "wrong_type", "must be an object with amount and currency, both strings", &faults) }
        guard let currency = Currency(code: code) else {
            return fault("\(path).currency", "invalid", "must be an ISO 4217 code such as USD", &faults)
        }
        guard let money = Money(amount: amount, currency: currency) else {
            let message = "must be a decimal string with at most \(currency.exponent) decimals for \(code)"
            return fault("\(path).amount", "invalid", message, &faults)
        }
        return .money(money)
    }

    private func text(_ value: DealFilter, _ path: String, _ faults: inout [FieldFault]) -> String? {
        guard case .text(let text) = value else { return fault(path, "wrong_type", "must be a string", &faults) }
        return TextRule(path, 1...Self.textScalarsMax).check(text, &faults)
    }

    private func folded(_ value: DealFilter, _ path: String, _ faults: inout [FieldFault]) -> String? {
        text(value, path, &faults).map(FoldedText.of)
    }

    /// What search looks for has few words.
    private func part(_ value: DealFilter, _ faults: inout [FieldFault]) -> String? {
        guard let text = folded(value, path, &faults) else { return nil }
        if case .search = column.kind, WordSearch(text).words.count > WordSearch.wordsMax {
            return fault(path, "too_many", "must have at most \(WordSearch.wordsMax) words", &faults)
        }
        return text
    }

    private func truth(_ value: DealFilter, _ faults: inout [FieldFault]) -> Bool? {
        guard case .bool(let truth) = value else {
            return fault(path, "wrong_type", "must be true or false", &faults)
        }
        return truth
    }

    private func fault<Value>(
        _ path: String, _ code: String, _ message: String, _ faults: inout [FieldFault]
    ) -> Value? {
        faults.append(FieldFault(path, code, message))
        return nil
    }
}
