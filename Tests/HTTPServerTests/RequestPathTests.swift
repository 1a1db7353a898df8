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
