import Foundation
import Tokens

/// How authenticators know our users: the 16 bytes of the id, which says nothing about the person.
enum PasskeyUserHandle {
    static func bytes(of user: UUID) -> [UInt8] { withUnsafeBytes(of: user.uuid) { Array($0) } }

    static func text(of user: UUID) -> String { Base64URL.encode(bytes(of: user)) }
}
