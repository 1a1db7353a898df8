import Contracts
import Foundation
import RPC

/// Where a page that is sorted by name ended: at a folded name and an id. Opaque to clients, and not signed: a forged one
/// only names another place in what its sender may see anyway. It holds the name itself, so that nobody has to look up
/// a row that its sender may not know of (any more).
struct NameCursor: Sendable, Hashable {
    static let textBytesMax = 2048

    static let start = NameCursor(name: "", id: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))

    let name: String
    let id: UUID

    init(name: String, id: UUID) {
        self.name = name
        self.id = id
    }

    /// The start, without a text.
    /// - Throws: `cursor_invalid` for what is no cursor.
    init(_ text: String?) throws(RPCFault) {
        guard let text else {
            self = Self.start
            return
        }
        guard text.utf8.count <= Self.textBytesMax, let data = Data(base64URL: text),
            let parts = String(bytes: data, encoding: .utf8)?.split(separator: "|", maxSplits: 1), parts.count == 2,
            let id = UUID(uuidString: String(parts[0]))
        else { throw RPCFault.cursorInvalid }
        self.init(name: String(parts[1]), id: id)
    }

    /// Base64url without padding (RFC 4648 section 5).
    var text: String { Data("\(id.text)|\(name)".utf8).base64URL }
}
