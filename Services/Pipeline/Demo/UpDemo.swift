import ServiceKit

/// The `--demo` of `up`: who the first administrator is, and the load itself once the cluster is ready.
struct UpDemo: Sendable {
    private let administrator: Credentials
    private let passphrase: String

    /// In a directory where nobody can sign in yet, the administrator is made by auth's own bootstrap; the caller's
    /// settings for that go before ours.
    init(directory: DataDirectory, caller: inout CallerEnvironment) throws {
        let file = directory.passphraseFile
        if directory.isFresh {
            passphrase = try file.readOrCreate(bytesMin: Passphrase.charactersMin, Passphrase.make)
        } else if let known = file.content {
            passphrase = known
        } else {
            throw CommandFailure(
                line:
                    "--demo wants an empty data directory, and \(directory.path) is not; try `ibpipeline demo`."
            )
        }
        let email = caller.variables["IBP_BOOTSTRAP_EMAIL"] ?? DemoData.administratorEmail
        let ownFile = caller.variables["IBP_BOOTSTRAP_PASSWORD_FILE"]
        let password = caller.variables["IBP_BOOTSTRAP_PASSWORD"] ?? ownFile.flatMap { PrivateFile(path: $0).content }
        if caller.variables["IBP_SECOND_FACTOR_ROLES"] == nil {
            // Whoever tries it out signs in by the password that is printed.
            caller.variables["IBP_SECOND_FACTOR_ROLES"] = "none"
        }
        administrator = Credentials(email: email, password: password ?? passphrase)
        guard directory.isFresh else { return }
        caller.variables["IBP_BOOTSTRAP_EMAIL"] = email
        if password == nil { caller.variables["IBP_BOOTSTRAP_PASSWORD"] = passphrase }
    }

    /// The cluster stays up when the load fails; the operator sees why.
    func load(into address: Address, console: Console) async {
        do {
            try await APIClient.withClient(for: address.reachable.url) { api in
                try await DemoLoader(
                    api: api, console: console, administrator: administrator, passphrase: passphrase
                ).load()
            }
        } catch is CancellationError {
            return
        } catch let failure as CommandFailure {
            console.note("demo: \(failure.line)")
        } catch {
            console.note("demo: \(error)")
        }
    }
}
