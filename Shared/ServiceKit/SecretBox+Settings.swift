package import Storage

extension SecretBox {
    /// Of `IBP_SECRETS_KEY` and `IBP_SECRETS_KEY_PREVIOUS`.
    /// - Parameter file: whose secrets it seals, for people: `auth.sqlite`.
    package init(_ reader: inout SettingsReader, file: String) throws {
        let current = try FileKey.read("secrets.key", "key that seals the secrets in \(file)", &reader)
        guard let current else {
            throw SettingsError(
                "IBP_SECRETS_KEY (or IBP_SECRETS_KEY_FILE) is not set: the key that seals the secrets in \(file), "
                    + "64 hexadecimal digits; make one with `openssl rand -hex 32`, and keep it apart from the backups")
        }
        let previous = try FileKey.read(
            "secrets.key.previous", "key that sealed them before; what it sealed is sealed anew at start", &reader)
        self.init(current, previous: previous)
    }
}

extension FileKey {
    /// Nil when it is not set.
    fileprivate static func read(_ name: String, _ help: String, _ reader: inout SettingsReader) throws -> FileKey? {
        guard let text = try reader.secret(name, help) else { return nil }
        guard let key = FileKey(text: text) else {
            throw SettingsError(
                "\(SettingsReader.variable(name)) must be 64 hexadecimal digits, as `openssl rand -hex 32` prints them")
        }
        return key
    }
}
