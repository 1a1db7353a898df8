package import Storage

extension SecretBox {
    /// Of `IBP_SECRETS_KEY` and `IBP_SECRETS_KEY_PREVIOUS`.
    /// - Parameter file: whose secrets it seals, for people: `auth.sqlite`.
    package init(_ reader: inout SettingsReader, file: String) throws {
        guard let current = try reader.fileKey("secrets.key", "key that seals the secrets in \(file)") else {
            throw SettingsError(
                "IBP_SECRETS_KEY (or IBP_SECRETS_KEY_FILE) is not set: the key that seals the secrets in \(file), "
                    + "64 hexadecimal digits; make one with `openssl rand -hex 32`, and keep it apart from the backups")
        }
        let previous = try reader.fileKey(
            "secrets.key.previous", "key that sealed them before; what it sealed is sealed anew at start")
        self.init(current, previous: previous)
    }
}

extension SettingsReader {
    /// Nil when it is not set.
    fileprivate mutating func fileKey(_ key: String, _ help: String) throws -> FileKey? {
        guard let text = try secret(key, help) else { return nil }
        guard let fileKey = FileKey(text: text) else {
            throw SettingsError(
                "\(Self.variable(key)) must be 64 hexadecimal digits, as `openssl rand -hex 32` prints them")
        }
        return fileKey
    }
}
