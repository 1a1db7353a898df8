/// A request target taken apart (RFC 9112 §3.2): `/path?query`, `http://host/path?query`, or `*` for OPTIONS.
struct RequestTarget {
    var path: String
    var segments: [String]
    var query: String?
    /// The host and port of an absolute target, in lower case.
    var authority: String?

    init(_ target: String, method: String) throws(HTTPRefusal) {
        if target == "*" {
            guard method == "OPTIONS" else { throw .badRequest("Only OPTIONS may ask for *.") }
            path = "*"
            segments = []
            return
        }
        var queryIndex: Int?
        if let plain = RequestPath(plain: target, queryIndex: &queryIndex),
            queryIndex == nil || !target.utf8.contains(UInt8(ascii: "#"))
        {
            path = plain.text
            segments = plain.segments
            query = queryIndex.flatMap { String(target.utf8.dropFirst($0)) }
            return
        }
        guard !target.utf8.contains(UInt8(ascii: "#")) else {
            throw .badRequest("The request target holds a fragment.")
        }
        var rest = target[...]
        if rest.utf8.first != ASCII.slash {
            authority = try Self.takeAuthority(&rest)
        }
        let parts = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let canonical = try RequestPath(parts[0].isEmpty && authority != nil ? "/" : parts[0])
        path = canonical.text
        segments = canonical.segments
        query = parts.count > 1 ? String(parts[1]) : nil
    }

    private static func takeAuthority(_ rest: inout Substring) throws(HTTPRefusal) -> String {
        let schemes = ["http://", "https://"]
        guard let scheme = schemes.first(where: { ASCII.equal(rest.prefix($0.utf8.count), lowercase: $0) }) else {
            throw .badRequest("The request target is neither a path nor an http URI.")
        }
        rest = rest.dropFirst(scheme.utf8.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        rest = rest[authority.endIndex...]
        return authority.lowercased()
    }

    /// A host name, an IPv4 address or an IPv6 address in brackets, with or without a port. Stricter than RFC 3986,
    /// which also allows escapes and punctuation that no name in use has.
    static func isHost(_ text: some StringProtocol) -> Bool {
        var rest = Substring(text)
        if rest.first == "[" {
            guard let end = rest.firstIndex(of: "]") else { return false }
            let address = rest[..<end].dropFirst().utf8
            guard address.count >= 2, address.contains(ASCII.colon),
                address.allSatisfy({ ASCII.hexValue($0) != nil || $0 == ASCII.colon || $0 == UInt8(ascii: ".") })
            else { return false }
            rest = rest[end...].dropFirst()
        } else {
            let name = rest.prefix { $0 != ":" }
            guard (1...255).contains(name.utf8.count),
                name.utf8.allSatisfy({ ASCII.isLetterOrDigit($0) || [0x2D, 0x2E, 0x5F].contains($0) })
            else { return false }
            rest = rest[name.endIndex...]
        }
        guard !rest.isEmpty else { return true }
        guard rest.first == ":", (2...6).contains(rest.utf8.count),
            rest.utf8.dropFirst().allSatisfy({ (0x30...0x39).contains($0) })
        else { return false }
        return UInt16(rest.dropFirst()) != nil
    }
}
