import Contracts
import ServiceKit

/// Which role a member of which of the company's groups has here. The first entry that fits counts, in the order written;
/// who is in none of the groups has no role and is not let in.
struct GroupRoles: Sendable {
    static let entriesMax = 100

    private let entries: [(group: String, role: Role)]

    /// - Parameter text: `GROUP=ROLE,GROUP=ROLE`. No group has `=` or a comma in its name: one such as `cn=admin,ou=groups`
    ///   would else be read as two, the first of them an administrators'.
    init(text: String) throws {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count <= Self.entriesMax else {
            throw SettingsError("IBP_OIDC_ROLES has more than \(Self.entriesMax) entries")
        }
        entries = try parts.map { part in
            let halves = part.trimmingPrefix { $0 == " " }.split(separator: "=", omittingEmptySubsequences: false)
            guard halves.count == 2, !halves[0].isEmpty, let role = Role(rawValue: String(halves[1])) else {
                let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")
                throw SettingsError("IBP_OIDC_ROLES must be GROUP=ROLE,GROUP=ROLE with the roles \(roles)")
            }
            return (String(halves[0]), role)
        }
        for (index, entry) in entries.enumerated()
        where entries[..<index].contains(where: { $0.group.isSame(as: entry.group) }) {
            throw SettingsError("IBP_OIDC_ROLES names the group \(entry.group) twice")
        }
    }

    func role(of groups: [String]) -> Role? {
        entries.first { entry in groups.contains { $0.isSame(as: entry.group) } }?.role
    }
}
