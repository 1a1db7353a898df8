import Foundation
import RPC

/// JSON as people read it. Only white space changes: numbers, order and escapes stay as they came.
enum JSONText {
    /// Sorted keys, so that scripts may compare.
    static func encode(_ value: some Encodable) throws -> String {
        String(decoding: try StrictJSON.encode(value), as: UTF8.self)
    }

    static func isValid(_ data: Data) -> Bool {
        (try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)) != nil
    }

    /// - Parameter json: must be valid; what is not comes out in some other shape.
    static func pretty(_ json: some Sequence<UInt8>) -> String {
        var out: [UInt8] = []
        var depth = 0
        var isInString = false
        var isEscaped = false
        func newLine() {
            out.append(UInt8(ascii: "\n"))
            out.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
        }
        for byte in json {
            if isInString {
                out.append(byte)
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): break
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth = max(0, depth - 1)
                // Nothing stands between the two of an empty pair.
                if out.last != byte - 2 { newLine() }
                out.append(byte)
            default:
                if let last = out.last, last == UInt8(ascii: "{") || last == UInt8(ascii: "[") { newLine() }
                out.append(byte)
                if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") { depth += 1 }
                if byte == UInt8(ascii: ",") { newLine() }
                if byte == UInt8(ascii: ":") { out.append(UInt8(ascii: " ")) }
                isInString = byte == UInt8(ascii: "\"")
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
