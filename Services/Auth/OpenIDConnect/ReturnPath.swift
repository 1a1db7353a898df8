import Contracts
import RPC

/// A path of this site that a browser may be sent to after a sign-in; nothing that a browser could take for another site.
struct ReturnPath: Sendable, Hashable {
    static let bytesMax = 1024
    static let start = ReturnPath(checked: "/")

    let text: String

    private init(checked text: String) { self.text = text }

    /// - Parameter text: nil for the start page.
    /// - Throws: `RPCFault` for anything but a path that begins with exactly one `/`. Browsers read `\` as `/`, and leave
    ///   out tabs and line ends, so neither may be there.
    init(_ text: String?) throws {
        guard let text else {
            self = .start
            return
        }
        guard let path = ReturnPath(stored: text) else {
            throw RPCFault.invalid([FieldFault("returnTo", "invalid", "must be a path of this site, such as /deals")])
        }
        self = path
    }

    init?(stored text: String) {
        guard (1...Self.bytesMax).contains(text.utf8.count), text.hasPrefix("/"), !text.hasPrefix("//"),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") })
        else { return nil }
        self.init(checked: text)
    }
}
