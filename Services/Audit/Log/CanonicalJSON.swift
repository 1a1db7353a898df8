import Contracts
import Foundation

/// JSON in the one spelling that RFC 8785 allows, for values without fractions: sorted keys, no white space, the
/// shortest escapes. Integers must lie within ±2⁵³, where readers that know only doubles still agree.
enum CanonicalJSON: Sendable {
    case string(String)
    case integer(Int64)
    case array([CanonicalJSON])
    /// Each name once; a member without a value is left out.
    case object(KeyValuePairs<String, CanonicalJSON?>)

    var bytes: Data {
        var out: [UInt8] = []
        out.reserveCapacity(1024)
        write(to: &out)
        return Data(out)
    }

    private func write(to out: inout [UInt8]) {
        switch self {
        case .string(let text): Self.write(text, to: &out)
        case .integer(let number): out.append(contentsOf: String(number).utf8)
        case .array(let items):
            out.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                item.write(to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            var isFirst = true
            for (name, value) in Self.sorted(members) {
                guard let value else { continue }
                if !isFirst { out.append(UInt8(ascii: ",")) }
                isFirst = false
                Self.write(name, to: &out)
                out.append(UInt8(ascii: ":"))
                value.write(to: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }

    /// RFC 8785 section 3.2.3: by UTF-16 code units. Whoever writes the members in order is spared the sorting.
    private static func sorted(
        _ members: KeyValuePairs<String, CanonicalJSON?>
    ) -> [(key: String, value: CanonicalJSON?)] {
        let precedes = { (a: String, b: String) in a.utf16.lexicographicallyPrecedes(b.utf16) }
        let isSorted = zip(members, members.dropFirst()).allSatisfy { precedes($0.key, $1.key) }
        return isSorted ? Array(members) : members.sorted { precedes($0.key, $1.key) }
    }

    private static func write(_ text: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        out.append(jsonEscaped: text)
        out.append(UInt8(ascii: "\""))
    }
}
