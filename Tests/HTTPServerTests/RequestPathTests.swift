import Testing

@testable import HTTPServer

struct RequestPathTests {
    @Test(
        arguments: [
            ("/", "/", []), ("/a", "/a", ["a"]), ("/a/b.c", "/a/b.c", ["a", "b.c"]), ("/a/", "/a/", ["a", ""]),
            ("/%61%2D", "/a-", ["a-"]), ("/caf%C3%A9", "/café", ["café"]), ("/%252e%252e", "/%2e%2e", ["%2e%2e"]),
            ("/a%3Fb%23", "/a?b#", ["a?b#"]), ("/...", "/...", ["..."]),
            ("/a:b@c;d=e,f", "/a:b@c;d=e,f", ["a:b@c;d=e,f"]),
            ("/a%20b", "/a b", ["a b"]), ("/+", "/+", ["+"]),
        ] as [(String, String, [String])])
    func pathIsDecodedOnce(_ raw: String, _ text: String, _ segments: [String]) throws {
        let path = try RequestPath(raw[...])
        #expect(path.text == text)
        #expect(path.segments == segments)
    }

    @Test func everyEncodedByteIsDecodedOrRefusedButNeverASeparator() {
        for byte in UInt8.min...UInt8.max {
            let hex = String(byte, radix: 16)
            guard let path = try? RequestPath("/x%\(hex.utf8.count == 1 ? "0" + hex : hex)y") else { continue }
            #expect((0x20...0x7E).contains(byte))
            #expect(path.segments.count == 1 && path.text == "/" + path.segments[0])
            #expect(byte != 0x2F && byte != 0x5C)
        }
    }

    /// Paths put together at random from the pieces that attacks are made of. What is taken has one reading: its segments
    /// are what they look like, and written down again they give the same path.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func everyPathIsRefusedOrHasOneReading(seed: UInt64) throws {
        let pieces = [
            "a", "deals", "%41", "%2f", "%2F", "%5c", "\\", "/", "//", ".", "..", "%2e", "%2E%2e", "%252e", "%252f",
            "%00", "%0d",
            "%c0%af", "%c3%a9", "%ff", "%", "%4", "%zz", ";", "?", "#", " ", "+", "é", "\u{7f}", "%e2%80%ae", "%u002f",
            "..;",
        ]
        var random = Seeded(state: seed)
        var taken = 0
        for _ in 0..<2000 {
            let raw =
                "/"
                + (0..<Int.random(in: 0...6, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
                .joined()
            guard let path = try? RequestPath(raw[...]) else { continue }
            taken += 1
            #expect(path.text == "/" + path.segments.joined(separator: "/"), "\(raw)")
            #expect(!path.segments.dropLast().contains(""), "\(raw)")
            for segment in path.segments {
                #expect(segment != "." && segment != "..", "\(raw)")
                #expect(!segment.unicodeScalars.contains { $0 == "/" || $0 == "\\" || $0.value < 0x20 }, "\(raw)")
            }
            let again = path.segments.map {
                $0.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            }
            #expect(try RequestPath(("/" + again.joined(separator: "/"))[...]) == path, "\(raw)")
        }
        #expect(taken > 20)
    }

    @Test(
        arguments: [
            ("/a?b=1?2", "/a", "b=1?2", nil), ("/a?", "/a", "", nil), ("http://A.b:80/c?d", "/c", "d", "a.b:80"),
            ("HTTPS://[::1]:8443", "/", nil, "[::1]:8443"), ("http://a?q", "/", "q", "a"),
        ] as [(String, String, String?, String?)])
    func targetIsTakenApart(_ raw: String, _ path: String, _ query: String?, _ authority: String?) throws {
        let target = try RequestTarget(raw, method: "GET")
        #expect(target.path == path)
        #expect(target.query == query)
        #expect(target.authority == authority)
    }

    @Test func asteriskIsForOptionsOnly() throws {
        #expect(try RequestTarget("*", method: "OPTIONS").path == "*")
        #expect(throws: HTTPRefusal.self) { try RequestTarget("*", method: "GET") }
    }

    @Test func hostsAreNamesOrAddressesWithAPort() {
        for host in ["a", "a.b-c.d:8080", "127.0.0.1", "[::1]", "[2001:db8::1]:443", "svc_a"] {
            #expect(RequestTarget.isHost(host), "\(host)")
        }
        for host in ["", ":80", "a:", "a:b", "a:65536", "[]", "[g::]", "[::1", "[::1]x", "a b", "a%41", "ä"] {
            #expect(!RequestTarget.isHost(host), "\(host)")
        }
    }
}

/// SplitMix64, so that a failure can be repeated.
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
