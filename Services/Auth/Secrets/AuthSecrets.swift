import Storage

/// The columns of auth.sqlite whose values are sealed.
extension SealedColumn {
    private static let file = "auth.sqlite"

    static let signingKey = SealedColumn(
        file: file, table: "signing_key", id: "kid", value: "private_key", purpose: "signing_key")
    static let serverSecret = SealedColumn(
        file: file, table: "server_secret", id: "name", value: "value", purpose: "server_secret")
    static let totp = SealedColumn(file: file, table: "totp_factor", id: "user_id", value: "secret", purpose: "totp")
}

extension SealedStore {
    /// All there are: they are checked at every start, and sealed anew when the key changes. What is missing here goes with
    /// the old key.
    init(box: SecretBox) {
        self.init(
            box: box, columns: [.signingKey, .serverSecret, .totp], isSealed: { try AuthSchema.isSealed($0) })
    }
}
