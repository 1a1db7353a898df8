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
    /// One for each of the sort's.
    let keys: [Key]
    let id: UUID

    init(sort: ListSort, keys: [Key], id: UUID) {
        self.sort = sort
        self.keys = keys
        self.id = id
    }

    /// - Throws: `cursor_invalid` for what is no cursor, or one of a list sorted otherwise.
    init(_ text: String, sort: ListSort) throws(RPCFault) {
        guard text.utf8.count <= Self.textBytesMax, let data = Data(base64URL: text),
            let wire = try? JSONDecoder().decode(Wire.self, from: data), wire.sort == sort.rawValue,
            let id = UUID(uuidString: wire.id), wire.keys.count == sort.keys.count
        else { throw Self.fault }
        var keys: [Key] = []
        for (key, value) in zip(sort.keys, wire.keys) {
            switch (key.field.isText, value.number, value.text) {
            case (true, nil, let text?): keys.append(.text(text))
            case (false, let number?, nil): keys.append(.number(number))
            default: throw Self.fault
            }
        }
        self.init(sort: sort, keys: keys, id: id)
    }

    func encoded() throws -> String {
        let values = keys.map { key in
            switch key {
            case .number(let number): WireKey(number: number)
            case .text(let text): WireKey(text: text)
            }
        }
        return try StrictJSON.encode(Wire(sort: sort.rawValue, id: id.text, keys: values)).base64URL
    }

    private struct Wire: Codable {
        var sort: String
        var id: String
        var keys: [WireKey]
    }

    private struct WireKey: Codable {
        var number: Int64?
        var text: String?
    }

    private static let fault = RPCFault(
        .invalidArgument, "cursor_invalid", "The cursor does not belong to this list; start from the first page.")
}
