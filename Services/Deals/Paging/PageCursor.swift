import Contracts
import Foundation
import RPC

/// Where a page that is sorted by a moment or a day, and by id, ended. Opaque to clients, and not signed: a forged one only
/// names another place in what its sender may see anyway.
struct PageCursor: Sendable, Hashable {
    static let textBytesMax = 128

    /// What the list is sorted by: milliseconds or a day.
    let key: String
    let id: UUID

    init(key: String, id: UUID) {
        self.key = key
        self.id = id
    }

    /// - Throws: `cursor_invalid` for what is no cursor.
    init(_ text: String) throws(RPCFault) {
        guard text.utf8.count <= Self.textBytesMax, let data = Data(base64URL: text),
            let parts = String(bytes: data, encoding: .utf8)?.split(separator: "|"), parts.count == 2,
            let id = UUID(uuidString: String(parts[1]))
        else { throw .cursorInvalid }
        self.init(key: String(parts[0]), id: id)
    }

    /// Base64url without padding (RFC 4648 section 5).
    var text: String { Data("\(key)|\(id.text)".utf8).base64URL }
}

extension PageCursor {
    init(_ instant: Instant, id: UUID) { self.init(key: String(instant.milliseconds), id: id) }

    /// - Throws: `cursor_invalid` when it is of a list that is sorted otherwise.
    func milliseconds() throws(RPCFault) -> Int64 {
        guard let milliseconds = Int64(key) else { throw .cursorInvalid }
        return milliseconds
    }
}

extension RPCFault {
    static let cursorInvalid = RPCFault(
        .invalidArgument, "cursor_invalid", "The cursor does not belong to this list; start from the first page.")
}
