extension [UInt8] {
    /// Appends a text as it stands between the quotes of a JSON string, in the one spelling that RFC 8785 allows
    /// (section 3.2.2.2): only what must be escaped is, as short as can be, other controls in lower-case hex.
    package mutating func append(jsonEscaped text: String) {
        var text = text
        text.withUTF8 { bytes in
            // Nearly every text is plain, and is copied in one piece.
            guard !bytes.allSatisfy(Self.isPlain) else { return append(contentsOf: bytes) }
            for byte in bytes { append(jsonEscaped: byte) }
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    private mutating func append(jsonEscaped byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): self += [UInt8(ascii: "\\"), byte]
        case 0x08: self += #"\b"#.utf8
        case 0x09: self += #"\t"#.utf8
        case 0x0A: self += #"\n"#.utf8
        case 0x0C: self += #"\f"#.utf8
        case 0x0D: self += #"\r"#.utf8
        case ..<0x20: self += "\\u00\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16))".utf8
        default: append(byte)
        }
    }
}
