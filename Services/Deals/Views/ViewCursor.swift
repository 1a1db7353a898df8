import Contracts
import Foundation
import RPC

/// Where a page of views ended. Opaque to clients; a forged one only names another place in what its sender may see.
struct ViewCursor: Sendable, Hashable {
    /// Before all views.
    static let start = ViewCursor(nameKey: "", id: Data())

    let nameKey: String
    let id: Data

    init(nameKey: String, id: Data) {
        self.nameKey = nameKey
        self.id = id
    }

    /// - Throws: `cursor_invalid` for what is no cursor.
    init(_ text: String) throws(RPCFault) {
        guard text.utf8.count <= ListCursor.textBytesMax, let data = Data(base64URL: text),
            let wire = try? JSONDecoder().decode(Wire.self, from: data), let id = UUID(uuidString: wire.id)
        else { throw .cursorInvalid }
        self.init(nameKey: wire.name, id: withUnsafeBytes(of: id.uuid) { Data($0) })
    }

    static func encoded(_ view: DealView) throws -> String {
        try StrictJSON.encode(Wire(name: FoldedText.of(view.name), id: view.id.text)).base64URL
    }

    private struct Wire: Codable {
        var name: String
        var id: String
    }
}
