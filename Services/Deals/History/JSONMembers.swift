import Foundation

/// Takes an object apart that our own encoder wrote: without white space, and its names without escapes.
enum JSONMembers {
    /// The members by name, each value as it is written.
    static func of(_ json: Data) -> [String: String] {
        let bytes = [UInt8](json)
        var members: [String: String] = [:]
        // Behind the brace, and then behind each comma.
        var start = 1
        while start < bytes.count, bytes[start] == quote, let nameEnd = bytes[(start + 1)...].firstIndex(of: quote) {
            let name = String(decoding: bytes[(start + 1)..<nameEnd], as: UTF8.self)
            let end = endOfValue(bytes, from: nameEnd + 2)
            members[name] = String(decoding: bytes[min(nameEnd + 2, end)..<end], as: UTF8.self)
            start = end + 1
        }
        return members
    }

    private static let quote = UInt8(ascii: "\"")

    /// Where the comma or brace stands that ends it.
    private static func endOfValue(_ bytes: [UInt8], from start: Int) -> Int {
        var (depth, isText, index) = (0, false, start)
        while index < bytes.count {
            switch bytes[index] {
            // The byte after it is part of the text, a quote too.
            case UInt8(ascii: "\\") where isText: index += 1
            case quote: isText.toggle()
            case _ where isText: break
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return index }
                if bytes[index] != UInt8(ascii: ",") { depth -= 1 }
            default: break
            }
            index += 1
        }
        return bytes.count
    }
}
