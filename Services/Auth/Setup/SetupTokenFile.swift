/// Where the operator, or the process that started us, finds the token that makes the first administrator: `setup-token` in
/// the data directory. Who can read it has the rights of the service's own user.
struct SetupTokenFile: Sendable {
    let path: String

    init(directory: String) { path = "\(directory)/setup-token" }

    func write(_ token: OpaqueSecret) throws { try PrivateFile.write(token.text + "\n", to: path) }

    func remove() throws { try PrivateFile.remove(path) }
}
