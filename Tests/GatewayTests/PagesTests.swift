import CZlib
import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import Testing

@testable import gateway

/// Which page a path means, on real files.
struct PagesTests {
    private static let script = String(repeating: "export const one = 1;\n", count: 50)
    private static let hashed = "/app.\(Pages.digest(ByteBuffer(string: script)).prefix(8)).js"

    private func withPages(
        _ contents: [String: String] = [
            "/index.html": "app", "/setup.html": "setup", "/invitation.html": "invitation", "/reset.html": "reset",
            "/docs.html": "docs",
            "/start.js": script, hashed: script,
        ], _ body: (Pages) throws -> Void
    ) throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("pages-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        for (path, text) in contents { try Data(text.utf8).write(to: root.appendingPathComponent(path)) }
        try body(try Pages.load(directory: root.path))
    }

    private func head(_ path: String, _ headers: HTTPHeaders = [:], method: String = "GET", isSecure: Bool = false)
        -> HTTPHead
    {
        let segments = path == "/" ? [] : path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        return HTTPHead(
            method: method, target: path, path: path, pathSegments: segments.map(String.init), headers: headers,
            host: "a", remoteAddress: "127.0.0.1", isSecure: isSecure)
    }

    private let browser: HTTPHeaders = [
        "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Sec-Fetch-Dest": "document",
    ]

    private func text(_ response: HTTPResponse) -> String { response.body.map { String(buffer: $0) } ?? "" }

    @Test(arguments: [
        ("/", "app"), ("/index.html", "app"), ("/setup", "setup"), ("/setup.html", "setup"),
        ("/invitation", "invitation"), ("/reset", "reset"),
        ("/api/docs", "docs"),
    ])
    func pathsMeanFiles(_ path: String, _ content: String) throws {
        try withPages { pages in
            let response = try pages.response(to: head(path))
            #expect(response.status == .ok)
            #expect(text(response) == content)
            #expect(response.headers["Cache-Control"] == ["no-cache"])
            #expect(preset(response)["cross-origin-opener-policy"] == "same-origin")
            #expect(response.headers["Strict-Transport-Security"].isEmpty)
            let secure = try pages.response(to: head(path, isSecure: true))
            #expect(preset(secure)["strict-transport-security"] != nil)
        }
    }

    @Test func missingManualIsNotTheApp() throws {
        try withPages(["/index.html": "app"]) { pages in
            let problem = #expect(throws: Problem.self) {
                try pages.response(to: head("/api/docs", browser))
            }
            #expect(problem?.status == .notFound)
        }
    }

    @Test(
        arguments: ["/deals", "/deals/", "/deals/D-2026-0001", "/audit/x/y", "/apis", "/v1.2/deals"], ["GET", "HEAD"])
    func browserOpensPathsOfTheApp(_ path: String, _ method: String) throws {
        try withPages { pages in
            let response = try pages.response(to: head(path, browser, method: method))
            #expect(response.status == .ok)
            #expect(text(response) == "app")
            #expect(response.headers["Cache-Control"] == ["no-cache"])
            #expect(response.headers[canonicalForm: "vary"].contains("Accept"))
        }
    }

    @Test(
        arguments: [
            ["Accept": "text/html"], ["Accept": "TEXT/HTML;charset=utf-8;q=0.1"], ["Accept": "text/*"],
            ["Accept": "*/*", "Sec-Fetch-Dest": "document"], ["Sec-Fetch-Dest": "document"],
            ["Accept": "image/png, */*;q=0.1", "Sec-Fetch-Dest": "document"],
        ] as [HTTPHeaders])
    func whoWantsAPageGetsTheApp(_ headers: HTTPHeaders) throws {
        try withPages { pages in
            let response = try pages.response(to: head("/deals", headers))
            #expect(text(response) == "app")
        }
    }

    @Test(
        arguments: [
            [:], ["Accept": "*/*"], ["Accept": "application/json"], ["Accept": "*/*", "Sec-Fetch-Dest": "script"],
            ["Accept": "text/html;q=0, */*", "Sec-Fetch-Dest": "document"], ["Accept": "text/html;q=0, text/*"],
            ["Accept": "application/json", "Sec-Fetch-Dest": "document"],
            ["Accept": "*/*;q=0", "Sec-Fetch-Dest": "document"],
        ] as [HTTPHeaders])
    func othersAreToldThatThereIsNothing(_ headers: HTTPHeaders) throws {
        try withPages { pages in
            let problem = #expect(throws: Problem.self) {
                try pages.response(to: head("/deals", headers))
            }
            #expect(problem?.status == .notFound)
        }
    }

    @Test(arguments: [
        "/missing.js", "/deals/missing.css", "/.git/config.x", "/.env", "/api", "/api/", "/api/deals", "/api/x/y",
        "/.well-known/jwks", "/.well-known",
    ])
    func filesAndTheAPIAreNeverTheApp(_ path: String) throws {
        try withPages { pages in
            let problem = #expect(throws: Problem.self) {
                try pages.response(to: head(path, browser))
            }
            #expect(problem?.status == .notFound)
        }
    }

    @Test(arguments: ["POST", "PUT", "PATCH", "DELETE"])
    func pagesAreOnlyRead(_ method: String) throws {
        try withPages { pages in
            for path in ["/", "/setup", "/invitation", "/api/docs", "/start.js"] {
                let problem = #expect(throws: Problem.self) {
                    try pages.response(to: head(path, browser, method: method))
                }
                #expect(problem?.status == .methodNotAllowed)
                #expect(problem?.headers["Allow"] == ["GET, HEAD, OPTIONS"])
            }
            let unknown = #expect(throws: Problem.self) {
                try pages.response(to: head("/deals", browser, method: method))
            }
            #expect(unknown?.status == .notFound)
        }
    }

    @Test func optionsNamesTheMethods() throws {
        try withPages { pages in
            let response = try pages.response(to: head("/", method: "OPTIONS"))
            #expect(response.status == .noContent)
            #expect(response.headers["Allow"] == ["GET, HEAD, OPTIONS"])
            #expect(try pages.response(to: head("*", method: "OPTIONS")).status == .noContent)
        }
    }

    @Test func scriptsArePackedAndHashedOnesKept() throws {
        try withPages { pages in
            let plain = try pages.response(to: head("/start.js"))
            let packed = try pages.response(to: head("/start.js", ["Accept-Encoding": "gzip"]))
            #expect(packed.headers["content-encoding"] == ["gzip"])
            #expect(packed.headers["etag"] != plain.headers["etag"])
            #expect(try packed.body?.gunzipped(bytesMax: 100_000) == plain.body)
            #expect(plain.headers["Cache-Control"] == ["no-cache"])
            let kept = try pages.response(to: head(Self.hashed))
            #expect(kept.headers["Cache-Control"] == ["public, max-age=31536000, immutable"])
        }
    }

    @Test func withoutTheAppItDoesNotStart() {
        #expect(throws: StaticFiles.Failure.self) { try withPages(["/setup.html": "setup"]) { _ in } }
        #expect(throws: StaticFiles.Failure.self) { try Pages.load(directory: "/nonexistent") }
    }
}

/// What is packed can be unpacked, and is always the same.
struct GzipTests {
    @Test func comesBackWhole() throws {
        var random = SystemRandomNumberGenerator()
        for bytes in [0, 1, 2, 100, 4096, 65_536, 300_000] {
            // Few letters, so that it can be packed; then all of them, so that it cannot.
            for letters in [UInt8(3), 255] {
                let plain = ByteBuffer(bytes: (0..<bytes).map { _ in UInt8.random(in: 0...letters, using: &random) })
                let packed = try #require(Gzip.compress(plain))
                #expect(try packed.gunzipped(bytesMax: bytes + 1) == plain)
            }
        }
    }

    @Test func textBecomesSmaller() throws {
        let plain = ByteBuffer(string: String(repeating: "a deal is a deal. ", count: 1000))
        #expect(try #require(Gzip.compress(plain)).readableBytes < plain.readableBytes / 10)
    }

    /// The header holds no time, so that every replica answers with the same bytes.
    @Test func headerIsAlwaysTheSame() throws {
        let plain = ByteBuffer(string: "the same")
        let packed = try #require(Gzip.compress(plain))
        #expect(packed == Gzip.compress(plain))
        #expect(packed.getBytes(at: packed.readerIndex, length: 8) == [0x1F, 0x8B, 8, 0, 0, 0, 0, 0])
    }

    @Test func onlyWhatIsReadableIsPacked() throws {
        var plain = ByteBuffer(string: "head and body")
        plain.moveReaderIndex(forwardBy: 9)
        #expect(try #require(Gzip.compress(plain)).gunzipped(bytesMax: 100) == ByteBuffer(string: "body"))
    }
}

private struct NotGzip: Error {}

extension ByteBuffer {
    /// - Throws: for anything but one whole gzip of at most so many bytes.
    fileprivate func gunzipped(bytesMax: Int) throws -> ByteBuffer {
        var state = z_stream()
        return try withUnsafeMutablePointer(to: &state) { stream in
            guard inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
                throw NotGzip()
            }
            defer { inflateEnd(stream) }
            var plain = ByteBuffer()
            var isWhole = false
            withUnsafeReadableBytes { input in
                stream.pointee.next_in = UnsafeMutablePointer(
                    mutating: input.baseAddress?.assumingMemoryBound(to: Bytef.self))
                stream.pointee.avail_in = uInt(input.count)
                _ = plain.writeWithUnsafeMutableBytes(minimumWritableBytes: bytesMax) { output in
                    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: Bytef.self)
                    stream.pointee.avail_out = uInt(bytesMax)
                    isWhole = inflate(stream, Z_FINISH) == Z_STREAM_END && stream.pointee.avail_in == 0
                    return bytesMax - Int(stream.pointee.avail_out)
                }
            }
            guard isWhole else { throw NotGzip() }
            return plain
        }
    }
}

private func preset(_ response: HTTPResponse) -> [String: String] {
    Dictionary((response.preset?.fields ?? []).map { ($0.name, $0.value) }) { first, _ in first }
}
