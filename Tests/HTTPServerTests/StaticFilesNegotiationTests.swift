import HTTPServer
import NIOCore
import NIOHTTP1
import Testing

private let plainTag = "\"0123456789abcdef\""
private let gzipTag = "\"0123456789abcdef-gzip\""
private let page = String(repeating: "p", count: 100)

private func served(_ contents: [String: String], packedBytes: Int = 50) throws -> StaticFiles {
    try StaticFiles.load(
        contents, digest: { _ in "0123456789abcdef" },
        compress: { _ in ByteBuffer(repeating: UInt8(ascii: "z"), count: packedBytes) })
}

/// Which of its two variants a text file is answered with.
struct StaticFilesNegotiationTests {
    private func answer(
        _ accept: String?, ifNoneMatch: String? = nil, method: String = "GET"
    ) throws -> HTTPResponse {
        var headers = HTTPHeaders()
        if let accept { headers.add(name: "Accept-Encoding", value: accept) }
        if let ifNoneMatch { headers.add(name: "If-None-Match", value: ifNoneMatch) }
        let files = try served(["a.html": page])
        return try #require(files.response(to: HTTPHead(page: "/a.html", method: method, headers)))
    }

    @Test(arguments: [
        "gzip", "GZIP", "x-gzip", "gzip;q=0.001", "gzip ; Q=1.000", "deflate, gzip, br", "*", "*;q=0.1",
        "br;q=1, *;q=0.5",
        "gzip;q=0.5, identity;q=0.5", "identity;q=0, gzip;q=0.1", "identity;q=0, *", "*;q=0, gzip",
    ])
    func packedWhereTheClientLikesIt(_ accept: String) throws {
        let response = try answer(accept)
        #expect(response.headers["content-encoding"] == ["gzip"])
        #expect(response.headers["etag"] == [gzipTag])
        #expect(response.headers["vary"] == ["Accept-Encoding"])
        #expect(response.body?.readableBytes == 50)
    }

    @Test(arguments: [
        nil, "", "br", "identity", "gzip;q=0", "gzip;q=0.000, *", "identity, gzip;q=0.9", "identity;q=0.2, *;q=0.1",
        "gzip;q=2", "gzip;q=0.1234", "gzip;q=", "gzip;q=-1", "gzip;q=1.001", "gzip2", ";q=1", "x-gzip;q=0, gzip;q=1",
        // Nothing that there is would do, so the plain one is the answer.
        "identity;q=0", "*;q=0", "br, identity;q=0, gzip;q=0",
    ])
    func plainOtherwise(_ accept: String?) throws {
        let response = try answer(accept)
        #expect(response.headers["content-encoding"].isEmpty)
        #expect(response.headers["etag"] == [plainTag])
        #expect(response.headers["vary"] == ["Accept-Encoding"])
        #expect(response.body?.readableBytes == 100)
    }

    @Test(arguments: [
        ("gzip", gzipTag, gzipTag), ("gzip", plainTag, plainTag), ("gzip", "W/\(gzipTag)", gzipTag),
        ("gzip", "\(plainTag), \(gzipTag)", gzipTag), ("br", "\(plainTag), \(gzipTag)", plainTag),
        ("gzip", "*", gzipTag),
        ("br", "*", plainTag),
    ])
    func eitherTagIsKnown(_ accept: String, _ known: String, _ tag: String) throws {
        let response = try answer(accept, ifNoneMatch: known)
        #expect(response.status == .notModified)
        #expect(response.headers["etag"] == [tag])
        #expect(response.headers["vary"] == ["Accept-Encoding"])
        #expect(response.headers["cache-control"] == ["no-cache"])
        #expect(response.headers["content-encoding"].isEmpty)
        #expect(response.body == nil)
    }

    @Test(arguments: ["br", "gzip;q=0"])
    func cacheMayNotGiveThePackedOneToWhoCannotUnpackIt(_ accept: String) throws {
        let response = try answer(accept, ifNoneMatch: gzipTag)
        #expect(response.status == .ok)
        #expect(response.headers["etag"] == [plainTag])
    }

    @Test(arguments: ["gzip", "identity"])
    func headIsAnsweredLikeGet(_ accept: String) throws {
        let get = try answer(accept)
        let head = try answer(accept, method: "HEAD")
        #expect(head.status == get.status)
        #expect(head.headers == get.headers)
        #expect(head.body?.readableBytes == get.body?.readableBytes)
    }

    @Test func headSaysTheLengthOfThePackedBodyOverTheWire() async throws {
        let files = try served(["a.html": page])
        let handler = RecordingHandler { files.response(to: $0.head) ?? .text("", status: .notFound) }
        try await withServer(handler) { server in
            let client = try await RawClient(server)
            try await client.send("HEAD /a.html HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n")
            let head = try await client.response(toHead: true)
            #expect(head.fields["content-length"] == "50")
            try await client.send("GET /a.html HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let page = try await client.response()
            #expect(page.fields["content-length"] == "100")
            #expect(page.body.utf8.count == 100)
        }
    }
}

/// What is packed at all, and what may be kept for ever.
struct StaticFilesLoadingTests {
    private let everything: HTTPHeaders = ["accept-encoding": "gzip"]

    @Test(arguments: [(90, true), (91, false), (100, false), (200, false)])
    func onlyATenthSmallerIsKept(_ packedBytes: Int, _ isKept: Bool) throws {
        let files = try served(["a.css": page], packedBytes: packedBytes)
        let response = try #require(files.response(to: HTTPHead(page: "/a.css", everything)))
        #expect(response.headers["content-encoding"] == (isKept ? ["gzip"] : []))
        #expect(response.headers["vary"] == (isKept ? ["Accept-Encoding"] : []))
    }

    @Test(arguments: [
        ("html", true), ("css", true), ("js", true), ("json", true), ("svg", true), ("txt", true), ("png", false),
        ("woff2", false), ("ico", false),
    ])
    func onlyTextIsPacked(_ ending: String, _ isPacked: Bool) throws {
        let files = try served(["a.\(ending)": page])
        let response = try #require(files.response(to: HTTPHead(page: "/a.\(ending)", everything)))
        #expect(response.headers["content-encoding"].isEmpty != isPacked)
    }

    @Test func whatCannotBePackedIsServedPlain() throws {
        let files = try StaticFiles.load(["a.html": page], digest: { _ in "d" }, compress: { _ in nil })
        let response = try #require(files.response(to: HTTPHead(page: "/a.html", everything)))
        #expect(response.headers["content-encoding"].isEmpty)
        #expect(response.body?.readableBytes == 100)
    }

    @Test(arguments: ["app.01234567.js", "app.0123456789abcdef.js", "js/app.min.0123456789.js"])
    func nameWithItsContentsHashIsKeptForEver(_ path: String) throws {
        let files = try served([path: page])
        let response = try #require(files.response(to: HTTPHead(page: "/" + path)))
        #expect(response.headers["cache-control"] == ["public, max-age=31536000, immutable"])
        let again = files.response(to: HTTPHead(page: "/" + path, ["if-none-match": plainTag]))
        #expect(again?.headers["cache-control"] == ["public, max-age=31536000, immutable"])
    }

    @Test(arguments: [
        "app.js", "app.0123456.js", "app.11234567.js", "app.0123456789abcdef0.js", "app.01234567g.js",
        "app.01234567.min.js", "01234567.js", "01234567/app.js", "app-01234567.js",
    ])
    func otherNamesAreAskedForEachTime(_ path: String) throws {
        let files = try served([path: page])
        let response = try #require(files.response(to: HTTPHead(page: "/" + path)))
        #expect(response.headers["cache-control"] == ["no-cache"])
    }
}
