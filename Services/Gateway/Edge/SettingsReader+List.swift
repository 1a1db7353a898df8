import ServiceKit

extension SettingsReader {
    /// A list with commas between its members; none when the variable is not set. An empty member is a slip and stops the
    /// start, as does what `make` throws.
    mutating func list<Value>(
        _ key: String, _ help: String, _ make: ([Substring]) throws(SettingsError) -> Value
    ) throws -> Value {
        let members = try optionalString(key, help)?.split(separator: ",", omittingEmptySubsequences: false) ?? []
        do {
            return try make(members.map(Self.withoutSpaces))
        } catch {
            throw SettingsError("\(Self.variable(key)): \(error.description). It wants: \(help)")
        }
    }

    private static func withoutSpaces(_ text: Substring) -> Substring {
        let start = text.drop { $0 == " " }
        guard let last = start.lastIndex(where: { $0 != " " }) else { return "" }
        return start[...last]
    }
}
