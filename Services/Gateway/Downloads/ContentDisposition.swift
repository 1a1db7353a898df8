/// How a file is handed out: to be kept, never shown (RFC 6266), under its own name.
enum ContentDisposition {
    /// - Parameter name: without control characters.
    static func attachment(_ name: String) -> String {
        "attachment; filename=\"\(plain(name))\"; filename*=UTF-8''\(encoded(name))"
    }

    /// For clients that do not read the other form (RFC 6266 appendix D): printable ASCII, without what some of them
    /// would decode or end the name at.
    private static func plain(_ name: String) -> String {
        String(
            String.UnicodeScalarView(
                name.unicodeScalars.map { scalar in
                    let isPlain = (0x20...0x7E).contains(scalar.value) && !"\"\\%/;".unicodeScalars.contains(scalar)
                    return isPlain ? scalar : "_"
                }))
    }

    /// RFC 8187 section 3.2: attr-char as it is, every other byte of UTF-8 as %XX.
    private static func encoded(_ name: String) -> String {
        name.utf8.map { byte in
            if isAttributeCharacter(byte) { return String(UnicodeScalar(byte)) }
            return (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    private static func isAttributeCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: "!#$&+-.^_`|~".utf8.contains(byte)
        }
    }
}

/// Under which media type a file is handed out.
enum DeliveredType {
    /// What a browser would run or render as a page of ours goes out as bytes, whatever it was registered as: beside
    /// `attachment`, `nosniff` and the sandbox a fourth thing that has to fail first.
    static func of(_ registered: String) -> String {
        let isActive =
            registered.hasPrefix("text/html") || registered.hasSuffix("xml") || registered.contains("script")
            || registered.hasPrefix("multipart/")
        return isActive ? "application/octet-stream" : registered
    }
}
