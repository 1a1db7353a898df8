import Contracts
import RPC

/// The other names of an organization: each once, and none that is its name.
enum OrganizationAliases {
    static let most = 20

    /// Nil, with a fault added for each that does not fit.
    static func check(_ aliases: [String], _ faults: inout [FieldFault]) -> [String]? {
        guard aliases.count <= most else {
            faults.append(FieldFault("aliases", "too_many", "An organization has at most \(most) other names."))
            return nil
        }
        let known = faults.count
        var seen: Set<String> = []
        let checked = aliases.enumerated().compactMap { index, alias -> String? in
            let field = "aliases[\(index)]"
            guard let alias = TextRule(field, 1...200).check(alias, &faults) else { return nil }
            if !seen.insert(FoldedText.of(alias)).inserted {
                faults.append(FieldFault(field, "repeated", "is given twice"))
            }
            return alias
        }
        return faults.count == known ? checked : nil
    }

    /// Without the one that is the name now.
    static func others(_ aliases: [String], than name: String) -> [String] {
        let name = FoldedText.of(name)
        return aliases.filter { FoldedText.of($0) != name }
    }

    /// Those of an organization with the names of one that it takes over behind them, as far as there is room.
    static func of(_ organization: Organization, with other: Organization) -> [String] {
        var aliases = organization.aliases
        var known = Set(([organization.name] + aliases).map(FoldedText.of))
        for name in [other.name] + other.aliases where aliases.count < most {
            if known.insert(FoldedText.of(name)).inserted { aliases.append(name) }
        }
        return aliases
    }
}
