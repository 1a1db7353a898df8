import Contracts
import RPC
import ServiceKit

/// The administrator whom the settings name, for a start without anybody at the keyboard.
struct Bootstrap: Sendable {
    let applicant: Applicant

    init(applicant: Applicant) { self.applicant = applicant }

    /// Nil when the settings name nobody. Throws `SettingsError` when they name him badly.
    init?(email: String?, password: String?, firm: String?) throws {
        guard email != nil || password != nil else { return nil }
        guard let email, let password else {
            throw SettingsError(
                "IBP_BOOTSTRAP_EMAIL and IBP_BOOTSTRAP_PASSWORD (or …_FILE) go together; one of them is missing")
        }
        do {
            applicant = try Applicant(
                NewUser(email: email, name: "Administrator", role: .admin, password: password), firm: firm)
        } catch let fault as RPCFault {
            let problems = fault.errors.map { "IBP_BOOTSTRAP_\($0.field.uppercased()) \($0.message)" }
            throw SettingsError(problems.joined(separator: "; "))
        }
    }
}
