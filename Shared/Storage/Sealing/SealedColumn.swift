package import Foundation

/// A column whose values are sealed, each for the row it stands in.
package struct SealedColumn: Sendable {
    /// `auth.sqlite`, for people.
    let file: String
    let table: String
    /// Names the row: a text, or a blob that is a UUID.
    let id: String
    let value: String
    /// What a value is sealed for is this and the row's id: `signing_key/KID`.
    let purpose: String

    package init(file: String, table: String, id: String, value: String, purpose: String) {
        self.file = file
        self.table = table
        self.id = id
        self.value = value
        self.purpose = purpose
    }

    func purpose(of row: String) -> String { "\(purpose)/\(row)" }
}

extension SecretBox {
    package func seal(_ secret: Data, in column: SealedColumn, of row: String) throws -> Data {
        try seal(secret, for: column.purpose(of: row))
    }

    /// - Throws: `SealingError`: no value of the file is of any use then, or this one is not.
    package func open(_ sealed: Data, in column: SealedColumn, of row: String) throws -> Data {
        do {
            return try open(sealed, for: column.purpose(of: row))
        } catch Failure.otherKey(let id) {
            throw SealingError(
                "the secrets in \(column.file) are sealed under the key \(id), but IBP_SECRETS_KEY is the key \(current.name): "
                    + "set IBP_SECRETS_KEY or IBP_SECRETS_KEY_FILE to that one again or, to change keys, "
                    + "IBP_SECRETS_KEY_PREVIOUS or IBP_SECRETS_KEY_PREVIOUS_FILE; the file was left as it is")
        } catch {
            throw SealingError(
                "the secret \(column.purpose(of: row)) in \(column.file) is damaged; restore the file from a backup")
        }
    }
}

/// Why what is sealed in a file is of no use: one line that an operator can act on.
package struct SealingError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

extension SealingError: CustomNSError {
    /// EX_CONFIG of sysexits(3): the service will not start the next time, either.
    package var errorCode: Int { 78 }
}
