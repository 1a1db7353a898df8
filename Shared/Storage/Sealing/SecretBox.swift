import Crypto
package import Foundation

/// Seals and opens what a service's file must keep but not tell: private keys, secrets of second factors. AES-256-GCM
/// (NIST SP 800-38D).
///
/// A sealed value:
/// ```
///  0  1  version, 1
///  1  8  id of the key
///  9 12  nonce, random
/// 21  …  ciphertext, and 16 bytes of tag
/// ```
/// Its purpose, such as `signing_key/KID`, is bound to it as associated data: a value that was copied into another row does
/// not open.
package struct SecretBox: Sendable {
    private static let version: UInt8 = 1

    package enum Failure: Error, Equatable {
        /// Sealed under a key that is neither the one given nor the previous one.
        case otherKey(id: String)
        /// Not a sealed value, changed since it was sealed, or sealed for another purpose.
        case damaged
    }

    /// Seals.
    package let current: FileKey
    /// Opens what was sealed before the key was changed.
    package let previous: FileKey?

    package init(_ current: FileKey, previous: FileKey? = nil) {
        self.current = current
        self.previous = previous
    }

    /// The same for one service alone; see `FileKey.derived`.
    package func derived(for label: String) -> SecretBox {
        SecretBox(current.derived(for: label), previous: previous?.derived(for: label))
    }

    package func seal(_ secret: Data, for purpose: String) throws -> Data {
        let header = Data([Self.version]) + current.id
        let box = try AES.GCM.seal(secret, using: current.key, authenticating: header + Data(purpose.utf8))
        // The nonce is generated and has 12 bytes, so there is a combined form.
        guard let sealed = box.combined else { throw Failure.damaged }
        return header + sealed
    }

    /// - Throws: `Failure`.
    package func open(_ sealed: Data, for purpose: String) throws -> Data {
        guard sealed.count > 9, sealed.first == Self.version else { throw Failure.damaged }
        let header = sealed.prefix(9)
        let id = header.dropFirst()
        guard let key = [current, previous].compactMap(\.self).first(where: { $0.id == id }) else {
            throw Failure.otherKey(id: FileKey.name(of: id))
        }
        guard let box = try? AES.GCM.SealedBox(combined: sealed.dropFirst(9)),
            let secret = try? AES.GCM.open(box, using: key.key, authenticating: header + Data(purpose.utf8))
        else { throw Failure.damaged }
        return secret
    }

    /// Whether a value should be sealed anew, because the key has changed since.
    package func isOld(_ sealed: Data) -> Bool { sealed.dropFirst().prefix(8) != current.id }
}
