import Foundation
import RPC

/// What one field of text may be: its length in Unicode scalars after trimming, and whether it may have lines.
struct TextRule: Sendable {
    let field: String
    let length: ClosedRange<Int>
    let allowsLines: Bool

    init(_ field: String, _ length: ClosedRange<Int>, allowsLines: Bool = false) {
        self.field = field
        self.length = length
        self.allowsLines = allowsLines
    }

    /// The trimmed text; nil, with a fault added, when it does not fit.
    func check(_ text: String, _ faults: inout [FieldFault]) -> String? {
        let text = text.trimmed
        let count = text.unicodeScalars.count
        if count < length.lowerBound {
            faults.append(FieldFault(field, "too_short", "must have at least \(Self.characters(length.lowerBound))"))
        } else if count > length.upperBound {
            faults.append(FieldFault(field, "too_long", "must have at most \(Self.characters(length.upperBound))"))
        } else if text.unicodeScalars.contains(where: isForbidden) {
            faults.append(FieldFault(field, "invalid", "must not hold control characters"))
        } else {
            return text
        }
        return nil
    }

    private func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        // The general category Cc, which will never have others (Unicode stability policy).
        guard scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) else { return false }
        return !(allowsLines && (scalar == "\n" || scalar == "\r" || scalar == "\t"))
    }

    private static func characters(_ count: Int) -> String { count == 1 ? "1 character" : "\(count) characters" }
}

/// ISO 3166-1 alpha-2 by its form; which codes are assigned changes, and old deals keep theirs.
enum CountryCode {
    static let fault = FieldFault("country", "invalid", "must be two upper-case letters such as DE")

    static func isValid(_ code: String) -> Bool {
        code.utf8.count == 2 && code.utf8.allSatisfy { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    }
}

extension String {
    var trimmed: String {
        // Most texts have nothing around them, and Foundation would make a new string all the same.
        if let first = utf8.first, let last = utf8.last, Self.isInk(first), Self.isInk(last) { return self }
        return trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func isInk(_ byte: UInt8) -> Bool { (0x21..<0x7F).contains(byte) }
}
