import Contracts
import HTTPServer
import NIOCore
import NIOHTTP1
import RPC
import Synchronization

/// Files of documents on their way to clients: deals sends them piece by piece, and each piece goes on as the client takes
/// it, so that no file is ever held whole.
final class Downloads: Sendable {
    static let openMax = 32
    /// Of one file, so that a client that hardly reads does not hold one of those places.
    static let timeMax = TimeAmount.minutes(5)
    /// Pieces that may wait here for a slow client.
    static let window = 8

    let deals, audit: Upstream
    private let open = Mutex(0)

    init(deals: Upstream, audit: Upstream) { (self.deals, self.audit) = (deals, audit) }

    var openCount: Int { open.withLock { $0 } }

    /// - Parameter context: with the reader's identity, and the ids of deal and document.
    /// - Throws: `Problem` when too many are open, or what deals says.
    func response(_ context: RPCContext, to head: HTTPHead) async throws -> HTTPResponse {
        let place = try place()
        let have = Self.hash(head.headers["if-none-match"])
        let wish = ContentWish(headOnly: head.method == "HEAD", have: have)
        let parts = try deals.stream(
            DealMethods.documentContent, wish, timeout: Self.timeMax, window: Self.window, context: context)
        var first = parts.makeAsyncIterator()
        guard case .head(let content)? = try await first.next() else { throw RPCFault.internal }
        let tag = "\"\(content.sha256)\""
        if have == content.sha256 { return HTTPResponse(status: .notModified, headers: ["ETag": tag]) }
        let headers: HTTPHeaders = [
            "Content-Type": DeliveredType.of(content.mediaType), "ETag": tag,
            "Content-Disposition": ContentDisposition.attachment(content.fileName),
        ]
        if wish.headOnly == true { return HTTPResponse(status: .ok, headers: headers.with(length: content.size)) }
        return HTTPResponse(status: .ok, headers: headers) { writer in
            try await Self.relay(parts, content.size, to: writer)
            withExtendedLifetime(place) {}
        }
    }

    /// A file that ends too early is no good answer: what is thrown shows the client that something is missing.
    private static func relay(_ parts: RPCStream<ContentPart>, _ size: Int64, to writer: HTTPBodyWriter) async throws {
        var rest = size
        for try await part in parts {
            guard case .bytes(let bytes) = part else { throw RPCFault.internal }
            rest -= Int64(bytes.count)
            try await writer.write(ByteBuffer(bytes: bytes))
        }
        guard rest == 0 else { throw RPCFault.internal }
    }

    /// The hash that the reader has, when he names one.
    private static func hash(_ fields: [String]) -> String? {
        guard fields.count == 1, let field = fields.first else { return nil }
        let tag = field.hasPrefix("W/") ? field.dropFirst(2) : field[...]
        guard tag.utf8.count == 66, tag.first == "\"", tag.last == "\"" else { return nil }
        return String(tag.dropFirst().dropLast())
    }

    /// - Throws: `Problem` when none is free.
    func place() throws(Problem) -> Place {
        let isFree = open.withLock { open in
            guard open < Self.openMax else { return false }
            open += 1
            return true
        }
        guard isFree else {
            throw Problem(
                .serviceUnavailable, "too_many_downloads", "Too many downloads are under way; try again shortly.",
                headers: ["Retry-After": "5"])
        }
        return Place(self)
    }

    /// Held from the question to the last byte, however it ends.
    final class Place: Sendable {
        private let downloads: Downloads

        fileprivate init(_ downloads: Downloads) { self.downloads = downloads }

        deinit { downloads.open.withLock { $0 -= 1 } }
    }
}

extension HTTPHeaders {
    fileprivate func with(length: Int64) -> HTTPHeaders {
        var headers = self
        headers.add(name: "Content-Length", value: String(length))
        return headers
    }
}
