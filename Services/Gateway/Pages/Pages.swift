import Crypto
import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1

/// The web app and the pages beside it: which file a path means, and what else a path may get.
///
/// The app draws its own paths (`/deals/D-2026-0001`), so a browser that opens one gets the app; a program that asks for
/// something that is not there gets 404, never a page with status 200.
struct Pages: Sendable {
    private static let app = "/index.html"
    /// Pages have shorter names than their files. The API for people stands under `/api`, but is a page.
    private static let names = [
        "/": app, "/setup": "/setup.html", "/invitation": "/invitation.html", "/reset": "/reset.html",
        docs: "/docs.html",
    ]
    static let docs = "/api/docs"
    private static let methods = "GET, HEAD, OPTIONS"

    private let files: StaticFiles

    init(_ files: StaticFiles) { self.files = files }

    /// - Throws: `StaticFiles.Failure`, also where there is no `index.html`.
    static func load(directory: String) throws -> Pages {
        let files = try StaticFiles(directory: directory, digest: digest, compress: Gzip.compress)
        guard files.contains(app) else { throw StaticFiles.Failure.unreadable(directory + app) }
        return Pages(files)
    }

    /// The first half of SHA-256, in lower-case hexadecimal: what names of immutable files are compared with.
    static func digest(_ content: ByteBuffer) -> String {
        SHA256.hash(data: Data(content.readableBytesView)).prefix(16).map {
            String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
        }
        .joined()
    }

    /// - Throws: `Problem`: 404, or 405 with `Allow`.
    func response(to head: HTTPHead) throws(Problem) -> HTTPResponse {
        // RFC 9110 §9.3.7: a question to the server itself.
        if head.path == "*" { return HTTPResponse(status: .noContent) }
        let path = Self.names[head.path] ?? head.path
        if files.contains(path) { return try file(path, head) }
        guard Self.isOpenedInApp(head) else { throw Problem(.notFound, "not_found", "There is no such page.") }
        var page = try file(Self.app, head)
        page.headers.add(name: "Vary", value: "Accept, Sec-Fetch-Dest")
        return page
    }

    private func file(_ path: String, _ head: HTTPHead) throws(Problem) -> HTTPResponse {
        if head.method == "OPTIONS" { return HTTPResponse(status: .noContent, headers: ["Allow": Self.methods]) }
        guard var page = files.response(to: head, path: path) else {
            throw Problem(
                .methodNotAllowed, "method_not_allowed", "Use GET or HEAD.", headers: ["Allow": Self.methods])
        }
        ResponseHeaders.securePage(&page, isSecure: head.isSecure)
        return page
    }

    /// Whether somebody opens a path of the app in a browser: the path names no file, and the answer will be shown.
    private static func isOpenedInApp(_ head: HTTPHead) -> Bool {
        guard head.method == "GET" || head.method == "HEAD", !head.isInAPI,
            head.pathSegments.last?.contains(".") != true
        else { return false }
        let wishes = head.headers[canonicalForm: "accept"].compactMap { Weight.parsed($0) }
        if let html = wishes.first(where: { $0.name == "text/html" }) ?? wishes.first(where: { $0.name == "text/*" }) {
            return html.weight > 0
        }
        // Programs say so too, or say nothing; but only browsers say what the answer is for.
        let acceptsAll = wishes.isEmpty || wishes.contains { $0.name == "*/*" && $0.weight > 0 }
        return acceptsAll && head.headers["sec-fetch-dest"] == ["document"]
    }
}
