import Contracts

/// What an event tells of an organization, or of somebody there.
enum OrganizationChanges {
    /// - Parameter before: nil for one that was just written down.
    static func between(_ before: Organization?, _ after: Organization) -> [FieldChange] {
        let old = before.map(fields)
        return fields(after).enumerated().compactMap { index, field in
            let earlier = old?[index].value
            return earlier == field.value ? nil : FieldChange(field.name, before: earlier, after: field.value)
        }
    }

    /// E-mail and telephone are named, but not told: the log keeps what it has for years.
    static func between(_ before: ContactPerson?, _ after: ContactPerson) -> [FieldChange] {
        var changes: [FieldChange] = []
        if before?.name != after.name { changes.append(FieldChange("name", before: before?.name, after: after.name)) }
        if before?.title != after.title {
            changes.append(FieldChange("title", before: before?.title, after: after.title))
        }
        if before?.email != after.email { changes.append(FieldChange("email", before: nil, after: nil)) }
        if before?.phone != after.phone { changes.append(FieldChange("phone", before: nil, after: nil)) }
        return changes
    }

    private static func fields(_ organization: Organization) -> [(name: String, value: String?)] {
        [
            ("name", organization.name), ("kind", organization.kind.rawValue), ("scope", organization.scope.rawValue),
            ("codeAlias", organization.codeAlias), ("lei", organization.lei), ("ticker", organization.ticker),
            ("isin", organization.isin), ("country", organization.country), ("sector", organization.sector),
            ("parentId", organization.parentId?.text),
            ("aliases", organization.aliases.isEmpty ? nil : organization.aliases.joined(separator: "\n")),
        ]
    }
}
