import Contracts
import RPC

/// A personal token that may be made: every field has been checked.
struct TokenRequest: Sendable {
    static let daysMax = 366
    private static let nameLengthMax = 100

    let name: String
    let scopes: [Permission]
    let days: Int

    /// Throws all that is wrong with the fields at once.
    init(_ input: NewPersonalToken, by role: Role) throws {
        let name = OneLine.text(input.name, lengthMax: Self.nameLengthMax)
        var faults: [FieldFault] = []
        if name == nil { faults.append(OneLine.fault("name", lengthMax: Self.nameLengthMax)) }
        if !(1...Self.daysMax).contains(input.expiresInDays) {
            faults.append(FieldFault("expiresInDays", "out_of_range", "must be 1 to \(Self.daysMax)"))
        }
        let allowed = Permission.allCases.filter { $0.roles.contains(role) }
        let scopes = allowed.filter { input.scopes.contains($0) }
        if scopes.count != input.scopes.count || scopes.isEmpty {
            let names = allowed.map(\.rawValue).joined(separator: ", ")
            faults.append(FieldFault("scopes", "invalid", "must be one or more of \(names), each once"))
        }
        guard let name, faults.isEmpty else { throw RPCFault.invalid(faults) }
        self.name = name
        self.scopes = scopes
        days = input.expiresInDays
    }
}
