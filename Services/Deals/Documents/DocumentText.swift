import Contracts
import Foundation
import RPC

/// What the texts of a registration may be. Each function returns the text as it is kept, or adds a fault.
enum DocumentText {
    static let title = TextRule("title", 1...200)

    /// A name, not a path, and none that reads differently from what it is: with the controls of writing direction
    /// `fdp.exe` can be shown as `exe.pdf` (Unicode TR 36 section 2.5).
    static func fileName(_ text: String, _ faults: inout [FieldFault]) -> String? {
        guard let name = TextRule("fileName", 1...200).check(text, &faults) else { return nil }
        let isPath = name.contains { $0 == "/" || $0 == "\\" } || name == "." || name == ".."
        guard !isPath, !name.unicodeScalars.contains(where: turnsText) else {
            faults.append(FieldFault("fileName", "invalid", "must be a file's name alone"))
            return nil
        }
        return name
    }

    private static func turnsText(_ scalar: Unicode.Scalar) -> Bool {
        [0x061C, 0x200E, 0x200F].contains(scalar.value) || (0x202A...0x202E).contains(scalar.value)
            || (0x2066...0x2069).contains(scalar.value)
    }

    /// `type/subtype` (RFC 6838 section 4.2), in lower case, without parameters.
    static func mediaType(_ text: String, _ faults: inout [FieldFault]) -> String? {
        let text = text.lowercased()
        guard text.utf8.count <= 127,
            text.wholeMatch(of: /[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*/) != nil
        else {
            faults.append(FieldFault("mediaType", "invalid", "must be a media type such as application/pdf"))
            return nil
        }
        return text
    }

    static func sha256(_ text: String, _ faults: inout [FieldFault]) -> String? {
        guard isSHA256(text) else {
            faults.append(FieldFault("sha256", "invalid", "must be 64 lower-case hexadecimal digits"))
            return nil
        }
        return text
    }

    private static func isSHA256(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
    }

    /// An address of https, written in ASCII and without credentials (RFC 3986): nothing else is shown as a link.
    static func link(_ text: String, _ faults: inout [FieldFault]) -> String? {
        let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"\"<>\\^`{|}".utf8.contains($0) }
        guard (9...2000).contains(text.utf8.count), isPlain, text.hasPrefix("https://"),
            let parts = URLComponents(string: text), parts.scheme == "https", parts.host?.isEmpty == false,
            parts.user == nil, parts.password == nil
        else {
            faults.append(FieldFault("link", "invalid", "must be an https address of at most 2000 characters"))
            return nil
        }
        return text
    }
}
