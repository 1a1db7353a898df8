import Contracts
import ServiceKit

/// The roles that should not sign in by a password alone.
enum SecondFactorRoles {
    static let standard: Set<Role> = [.admin, .compliance]
    static let help =
        "roles that need a second factor, with commas between them, of "
        + Role.allCases.map(\.rawValue).joined(separator: ", ") + "; none for no role"

    static func read(_ reader: inout SettingsReader) throws -> Set<Role> {
        let key = "second.factor.roles"
        guard let text = try reader.optionalString(key, help) else { return standard }
        guard text != "none" else { return [] }
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
        return Set(
            try names.map { name in
                guard let role = Role(rawValue: name) else {
                    throw SettingsError(
                        "\(SettingsReader.variable(key)) names \(name), which is no role; it wants: \(help)")
                }
                return role
            })
    }
}
