import Contracts
import Foundation
import RPC

/// Where a page of activities or of tasks ended. Opaque to clients, and not signed: a forged one only names another
/// place in what its sender may see anyway.
struct WorkCursor: Sendable, Hashable {
    static let textBytesMax = 128

    static let fault = RPCFault(
        .invalidArgument, "cursor_invalid", "The cursor does not belong to this list; start from the first page.")

    /// What the list is sorted by: milliseconds or a day.
    let key: String
    let id: UUID

    init(key: String, id: UUID) {
        self.key = key
        self.id = id
    }

    /// - Throws: `cursor_invalid` for what is no cursor.
    init(_ text: String) throws(RPCFault) {
        let standard = text.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        guard text.utf8.count <= Self.textBytesMax, let data = Data(base64Encoded: standard + padding),
            let parts = String(bytes: data, encoding: .utf8)?.split(separator: "|"), parts.count == 2,
            let id = UUID(uuidString: String(parts[1]))
        else { throw Self.fault }
        self.init(key: String(parts[0]), id: id)
    }

    /// Base64url without padding (RFC 4648 section 5).
    var text: String {
        Data("\(key)|\(id.text)".utf8).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}

/// How many items a page of activities or tasks may have.
enum WorkPage {
    static let limits = 1...200
    static let limitDefault = 50
    /// A page of long texts ends early, so that it always fits into a frame of the RPC.
    static let bytesMax = 1 << 20

    /// - Throws: `query_invalid` when it does not fit.
    static func limit(_ asked: Int?) throws(RPCFault) -> Int {
        let limit = asked ?? limitDefault
        guard limits.contains(limit) else {
            throw RPCFault(
                .invalidArgument, "query_invalid", "The query does not fit; see errors.",
                errors: [FieldFault("limit", "out_of_range", "must be 1 to \(limits.upperBound)")])
        }
        return limit
    }
}
