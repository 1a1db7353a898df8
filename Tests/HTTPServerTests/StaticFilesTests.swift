import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import Testing

struct StaticFilesTests {
    private static func digest(_ bytes: ByteBuffer) -> String { "d\(bytes.readableBytes)" }

    private func load(_ contents: [String: String]) throws -> StaticFiles {
        try StaticFiles.load(contents, digest: Self.digest)
    }

    private func head(_ path: String, method: String = "GET", _ headers: HTTPHeaders = [:]) -> HTTPHead {
        HTTPHead(page: path, method: method, headers)
    }

    @Test func onlyKnownKindsOfFilesExist() throws {
        let files = try load([
            "index.html": "<p>", "js/app.js": "1", ".secret.txt": "", ".git/config.txt": "", "a/.b/c.css": "",
            "run.sh": "", "README": "", "html": "", "x.HTML": "", "font.woff2": "f",
        ])
        #expect(files.paths == ["/index.html", "/js/app.js", "/font.woff2"])
        #expect(files.response(to: head("/.secret.txt")) == nil)
        #expect(files.response(to: head("/link.txt")) == nil)
        #expect(files.response(to: head("/index.html", method: "POST")) == nil)
    }

    @Test func fileHasTypeAndTagAndIsNotSentTwice() throws {
        let files = try load(["index.html": "<p>"])
        let first = try #require(files.response(to: head("/"), path: "/index.html"))
        #expect(first.status == .ok)
        #expect(first.headers["content-type"] == ["text/html; charset=utf-8"])
        #expect(first.headers["etag"] == ["\"d3\""])
        #expect(first.body.map { String(buffer: $0) } == "<p>")
        for known in ["\"d3\"", "W/\"d3\"", "\"x\", \"d3\"", "*"] {
            let again = try #require(files.response(to: head("/index.html", ["if-none-match": known])))
            #expect(again.status == .notModified)
            #expect(again.body == nil)
        }
        #expect(files.response(to: head("/index.html", ["if-none-match": "\"d4\""]))?.status == .ok)
    }

    @Test func missingDirectoryStopsTheStart() {
        #expect(throws: StaticFiles.Failure.unreadable("/nonexistent")) {
            try StaticFiles(directory: "/nonexistent", digest: Self.digest)
        }
    }

    @Test func directoryLargerThanTheLimitStopsTheStart() {
        #expect(throws: StaticFiles.Failure.self) {
            try load(["a.txt": String(repeating: "a", count: StaticFiles.bytesMax + 1)])
        }
    }
}

extension StaticFiles {
    /// Loads a directory with the given files (path: content) and a link, and removes it again.
    static func load(
        _ contents: [String: String], digest: (ByteBuffer) -> String,
        compress: (ByteBuffer) -> ByteBuffer? = { _ in nil }
    ) throws -> StaticFiles {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("static-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        for (path, text) in contents {
            let file = root.appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        let link = root.appendingPathComponent("link.txt")
        try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: "/etc/hostname")
        return try StaticFiles(directory: root.path, digest: digest, compress: compress)
    }
}

extension HTTPHead {
    convenience init(page path: String, method: String = "GET", _ headers: HTTPHeaders = [:]) {
        self.init(
            method: method, target: path, path: path, pathSegments: [], headers: headers, host: "a",
            remoteAddress: "127.0.0.1")
    }
}
