import Contracts
import Foundation
import RPC
import Tokens

/// Where a page of a list ended that is ordered by age, newest first. Opaque to clients: base64url of 8 bytes of
/// milliseconds and 16 of id.
struct AgeCursor: Sendable, Hashable {
    let createdAt: Instant
    let id: UUID

    init(createdAt: Instant, id: UUID) {
        self.createdAt = createdAt
        self.id = id
    }

    init(text: String) throws {
        guard let bytes = Base64URL.decode(text), bytes.count == 24 else {
            throw RPCFault(.invalidArgument, "cursor_invalid", "This cursor is not one of ours.")
        }
        createdAt = Instant(milliseconds: bytes[..<8].reduce(0) { $0 << 8 | Int64($1) })
        id = bytes[8...].withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }

    var text: String {
        let millis = withUnsafeBytes(of: createdAt.milliseconds.bigEndian) { Array($0) }
        return Base64URL.encode(millis + withUnsafeBytes(of: id.uuid) { Array($0) })
    }
}
