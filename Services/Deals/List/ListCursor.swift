import Contracts
import Foundation
import RPC

/// Where a page ended: the next one begins after this row, whatever was inserted meanwhile. Opaque to clients. It is
/// not signed: a forged one only names another place in what its sender may see anyway.
struct ListCursor: Sendable, Hashable {
    enum Key: Sendable, Hashable {
        case number(Int64)
        case text(String)
    }

    static let textBytesMax = 2048

    let sort: ListSort
    let key: Key
    let id: UUID

    init(sort: ListSort, key: Key, id: UUID) {
        self.sort = sort
        self.key = key
        self.id = id
    }

    /// - Throws: `cursor_invalid` for what is no cursor, or one of a list sorted otherwise.
    init(_ text: String, sort: ListSort) throws(RPCFault) {
        guard text.utf8.count <= Self.textBytesMax, let data = Data(base64URL: text),
            let wire = try? JSONDecoder().decode(Wire.self, from: data), wire.sort == sort.rawValue,
            let id = UUID(uuidString: wire.id)
        else { throw Self.fault }
        switch (sort, wire.number, wire.text) {
        case (.codeName, nil, let text?), (.codeNameDescending, nil, let text?): key = .text(text)
        case (.newestChange, let number?, nil), (.oldestChange, let number?, nil), (.number, let number?, nil),
            (.numberDescending, let number?, nil):
            key = .number(number)
        default: throw Self.fault
        }
        self.sort = sort
        self.id = id
    }

    func encoded() throws -> String {
        var wire = Wire(sort: sort.rawValue, id: id.text)
        switch key {
        case .number(let number): wire.number = number
        case .text(let text): wire.text = text
        }
        return try JSONEncoder().encode(wire).base64URL
    }

    private struct Wire: Codable {
        var sort: String
        var id: String
        var number: Int64?
        var text: String?
    }

    private static let fault = RPCFault(
        .invalidArgument, "cursor_invalid", "The cursor does not belong to this list; start from the first page.")
}

extension Data {
    /// RFC 4648 section 5, without padding.
    fileprivate var base64URL: String {
        base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    fileprivate init?(base64URL text: String) {
        let standard = text.replacing("-", with: "+").replacing("_", with: "/")
        self.init(base64Encoded: standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4))
    }
}
