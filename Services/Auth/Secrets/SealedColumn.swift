import Foundation

/// A column of auth.sqlite whose values are sealed, each for the row it stands in.
struct SealedColumn: Sendable {
    let table: String
    /// Names the row: a text, or a blob that is a UUID.
    let id: String
    let value: String
    /// What a value is sealed for is this and the row's id: `signing_key/KID`.
    let purpose: String

    static let signingKey = SealedColumn(
        table: "signing_key", id: "kid", value: "private_key", purpose: "signing_key")
    static let serverSecret = SealedColumn(
        table: "server_secret", id: "name", value: "value", purpose: "server_secret")

    static let totp = SealedColumn(table: "totp_factor", id: "user_id", value: "secret", purpose: "totp")

    /// All there are: they are checked at every start, and sealed anew when the key changes. What is missing here goes with
    /// the old key.
    static let all = [signingKey, serverSecret, totp]

    func purpose(of row: String) -> String { "\(purpose)/\(row)" }
}

extension SecretBox {
    func seal(_ secret: Data, in column: SealedColumn, of row: String) throws -> Data {
        try seal(secret, for: column.purpose(of: row))
    }

    /// - Throws: `StartFailure`: no value of the file is of any use then, or this one is not.
    func open(_ sealed: Data, in column: SealedColumn, of row: String) throws -> Data {
        do {
            return try open(sealed, for: column.purpose(of: row))
        } catch Failure.otherKey(let id) {
            throw StartFailure(
                "the secrets in auth.sqlite are sealed under the key \(id), but IBP_SECRETS_KEY is the key \(current.name): "
                    + "set IBP_SECRETS_KEY or IBP_SECRETS_KEY_FILE to that one again or, to change keys, "
                    + "IBP_SECRETS_KEY_PREVIOUS or IBP_SECRETS_KEY_PREVIOUS_FILE; the file was left as it is")
        } catch {
            throw StartFailure(
                "the secret \(column.purpose(of: row)) in auth.sqlite is damaged; restore the file from a backup")
        }
    }
}
