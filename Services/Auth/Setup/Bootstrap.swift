import Contracts
import RPC
import ServiceKit

/// The administrator whom the settings name, for a start without anybody at the keyboard.
struct Bootstrap: Sendable {
    let applicant: Applicant

    /// Nil when the settings name nobody.
    /// - Throws: `SettingsError` when they name him badly.
    static func read(_ reader: inout SettingsReader, firm: String?) throws -> Bootstrap? {
        let email = try reader.optionalString(
            "bootstrap.email", "e-mail of the administrator to make while there is no user")
        let password = try reader.secret("bootstrap.password", "password of that administrator, at least 15 characters")
        guard email != nil || password != nil else { return nil }
        guard let email, let password else {
            throw SettingsError(
                "IBP_BOOTSTRAP_EMAIL and IBP_BOOTSTRAP_PASSWORD (or …_FILE) go together; one of them is missing")
        }
        do {
            return Bootstrap(
                applicant: try Applicant(
                    NewUser(email: email, name: "Administrator", role: .admin, password: password), firm: firm))
        } catch let fault as RPCFault {
            let problems = fault.errors.map { "IBP_BOOTSTRAP_\($0.field.uppercased()) \($0.message)" }
            throw SettingsError(problems.joined(separator: "; "))
        }
    }
}
