import Contracts
import ServiceKit

/// Who may not work by a password alone. A sign-in without the second factor that is due opens a session all the same, so
/// that its user can set one up, but it reaches no further than his own account.
struct SecondFactorPolicy: Sendable, Hashable {
    var roles: Set<Role> = [.admin, .compliance]
    /// So long after an account was made its user has time.
    var graceSeconds: Int64 = 86_400

    func restricts(_ user: User, hasSecondFactor: Bool, at now: Instant) -> Bool {
        roles.contains(user.role) && !hasSecondFactor && now.seconds(since: user.createdAt) >= graceSeconds
    }
}

extension SecondFactorPolicy {
    private static let rolesHelp =
        "roles that need a second factor, with commas between them, of "
        + Role.allCases.map(\.rawValue).joined(separator: ", ") + "; none for no role"

    init(_ reader: inout SettingsReader) throws {
        graceSeconds = try reader.seconds(
            "second.factor.grace", default: 86_400, in: 0...90 * 86_400,
            "how long after an account was made its user may work without the second factor that the role needs")
        let key = "second.factor.roles"
        guard let text = try reader.optionalString(key, Self.rolesHelp) else { return }
        guard text != "none" else {
            roles = []
            return
        }
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
        roles = Set(
            try names.map { name in
                guard let role = Role(rawValue: name) else {
                    throw SettingsError(
                        "\(SettingsReader.variable(key)) names \(name), which is no role; it wants: \(Self.rolesHelp)")
                }
                return role
            })
    }
}
