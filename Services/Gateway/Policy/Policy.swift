/// What may change while the gateway runs. What is nil or not named is as the settings have it.
struct Policy: Sendable, Equatable {
    var rates: [BudgetName: GCRA] = [:]
    var corsOrigins: [String]?
    var trustedProxies: [String]?
    var publicHosts: [String]?

    /// What is different from `old`, a line for each.
    func changes(from old: Policy) -> [String] {
        let rates = BudgetName.allCases.compactMap { name -> String? in
            let (before, after) = (old.rates[name], self.rates[name])
            guard before != after else { return nil }
            return "rates.\(name.rawValue) \(Self.text(before)) → \(Self.text(after))"
        }
        return rates + Self.change("corsOrigins", old.corsOrigins, corsOrigins)
            + Self.change("trustedProxies", old.trustedProxies, trustedProxies)
            + Self.change("publicHosts", old.publicHosts, publicHosts)
    }

    private static func text(_ rate: GCRA?) -> String { rate?.description ?? "as set" }

    private static func change(_ name: String, _ old: [String]?, _ new: [String]?) -> [String] {
        guard old != new else { return [] }
        return ["\(name) \(old.map { "\($0.count)" } ?? "as set") → \(new.map { "\($0.count)" } ?? "as set")"]
    }
}
