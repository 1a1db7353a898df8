import Contracts
import RPC

/// Reads a filter as its writer put it, and names every place that does not fit.
struct FilterReader {
    /// Levels of groups and the condition inside them.
    static let depthMax = 5
    static let conditionsMax = 50
    /// Enough to be told at once; an answer must not be many times its request.
    private static let faultsMax = 50

    private var faults: [FieldFault] = []
    private var conditions = 0

    /// - Parameter filter: stands in the request under this name.
    /// - Returns: nil without a filter, and, with every place that does not fit, for one that does not.
    static func read(_ filter: DealFilter?, _ faults: inout [FieldFault]) -> DealCondition? {
        guard let filter else { return nil }
        var reader = FilterReader()
        let condition = reader.read(filter, "filter")
        faults += reader.faults
        return reader.faults.isEmpty ? condition : nil
    }

    /// Nil, with faults, for what does not fit.
    private mutating func read(_ filter: DealFilter, _ path: String, depth: Int = 1) -> DealCondition? {
        guard depth <= Self.depthMax else {
            return fault(path, "too_deep", "a filter has at most \(Self.depthMax) levels")
        }
        guard case .object(let all) = filter else { return fault(path, "wrong_type", "must be an object") }
        // A member that may be left out may be null.
        let members = all.filter { $0.value != .null }
        let names = Set(members.keys)
        let isWhole = unknown(names, path)
        switch names.intersection(["and", "or", "not"]).min() {
        case let name? where names.count > 1:
            guard isWhole else { return nil }
            return fault(
                "\(path).\(name)", "ambiguous", "stands alone: one of and, or, not, or field with op and value")
        case "and"?: return group(members["and"], "\(path).and", depth).map(DealCondition.all)
        case "or"?: return group(members["or"], "\(path).or", depth).map(DealCondition.any)
        case "not"?: return read(members["not"] ?? .null, "\(path).not", depth: depth + 1).map(DealCondition.not)
        default: return condition(members, path)
        }
    }

    private mutating func unknown(_ names: Set<String>, _ path: String) -> Bool {
        let unknown = names.subtracting(["and", "or", "not", "field", "op", "value"]).sorted()
        // Only some, and cut: as all of our answers to nonsense.
        for name in unknown.prefix(5) {
            faults.append(FieldFault("\(path).\(name.prefix(100))", "unknown_field", "is not a member of a filter"))
        }
        return unknown.isEmpty
    }

    private mutating func group(_ list: DealFilter?, _ path: String, _ depth: Int) -> [DealCondition]? {
        guard case .list(let parts) = list else { return fault(path, "wrong_type", "must be an array") }
        guard !parts.isEmpty else { return fault(path, "too_short", "must have at least one condition") }
        var read: [DealCondition] = []
        for (index, part) in parts.enumerated() {
            guard faults.count < Self.faultsMax else { return nil }
            guard conditions < Self.conditionsMax else { return tooMany(path) }
            if let condition = self.read(part, "\(path)[\(index)]", depth: depth + 1) { read.append(condition) }
        }
        return read.count == parts.count ? read : nil
    }

    /// Said once, where the filter has become too long.
    private mutating func tooMany(_ path: String) -> [DealCondition]? {
        guard !faults.contains(where: { $0.code == "too_many" }) else { return nil }
        return fault(path, "too_many", "a filter has at most \(Self.conditionsMax) conditions")
    }

    private mutating func condition(_ members: [String: DealFilter], _ path: String) -> DealCondition? {
        conditions += 1
        let field: DealFilterField? = choice(members["field"], "\(path).field", DealFilterField.allCases)
        let operation: DealFilterOperation? = choice(members["op"], "\(path).op", DealFilterOperation.allCases)
        guard let value = members["value"] else { return fault("\(path).value", "missing", "is required") }
        guard let field, let operation else { return nil }
        let column = field.column
        guard column.operations.contains(operation) else {
            let allowed = DealFilterOperation.allCases.filter(column.operations.contains).map(\.rawValue)
            return fault(
                "\(path).op", "not_for_field", "of \(field.rawValue) must be one of \(allowed.joined(separator: ", "))")
        }
        let before = faults.count
        let values = FilterValues(column: column, path: "\(path).value")
        guard let comparison = values.comparison(operation, value, &faults), faults.count == before else { return nil }
        return .field(field, comparison)
    }

    private mutating func choice<Choice: RawRepresentable<String>>(
        _ value: DealFilter?, _ path: String, _ all: [Choice]
    ) -> Choice? {
        guard let value else { return fault(path, "missing", "is required") }
        guard case .text(let text) = value, let choice = Choice(rawValue: text) else {
            return fault(path, "invalid", "must be one of \(all.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    private mutating func fault<Read>(_ path: String, _ code: String, _ message: String) -> Read? {
        faults.append(FieldFault(path, code, message))
        return nil
    }
}
