import NIOCore
import NIOHTTP1

/// One file as clients get it: plain, and packed by gzip where that pays.
struct StaticFile: Sendable {
    private struct Variant: Sendable {
        var tag: String
        var bytes: ByteBuffer
    }

    private let type: String
    private let cacheControl: String
    private let plain: Variant
    private let gzip: Variant?

    /// - Parameters:
    ///   - name: the last part of its path; a content hash in it makes the file immutable.
    ///   - compress: asked for text only; what is not a tenth smaller is not kept.
    init(
        name: some StringProtocol, type: String, bytes: ByteBuffer, digest: String,
        compress: (ByteBuffer) -> ByteBuffer?
    ) {
        self.type = type
        cacheControl = Self.holds(digest, name) ? "public, max-age=31536000, immutable" : "no-cache"
        plain = Variant(tag: "\"\(digest)\"", bytes: bytes)
        let packed = Self.isText(type) ? compress(bytes) : nil
        gzip = packed.flatMap {
            $0.readableBytes * 10 <= bytes.readableBytes * 9 ? Variant(tag: "\"\(digest)-gzip\"", bytes: $0) : nil
        }
    }

    private static func isText(_ type: String) -> Bool {
        type.hasPrefix("text/") || type == "application/json" || type == "image/svg+xml"
    }

    /// How short a hash in a name may be.
    private static let hashCharactersMin = 8

    /// Whether the name is `name.HASH.ext` with the beginning of the digest. A hash that is not the content's own proves
    /// nothing: that file may change under its name.
    private static func holds(_ digest: String, _ name: some StringProtocol) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 3, let hash = parts.dropLast().last else { return false }
        return hash.utf8.count >= hashCharactersMin && hash.utf8.allSatisfy { ASCII.hexValue($0) != nil }
            && digest.hasPrefix(hash)
    }

    /// 200, or 304 for who holds a variant that they may still be given.
    ///
    /// That is not always the variant they would get now: who holds the plain one and would get the packed one keeps what
    /// they have. But a cache that holds the packed one asks in vain for a client that cannot unpack it.
    func response(to headers: HTTPHeaders, cacheControl: String?) -> HTTPResponse {
        let variants = gzip.map { gzip in
            AcceptEncoding(headers).choice.map { $0 == .gzip ? gzip : plain }
        }
        let best = variants?.first ?? plain
        let known = headers[canonicalForm: "if-none-match"]
        let held = (variants ?? [plain]).first { StaticFiles.matches(known, $0.tag) }
        var fields: HTTPHeaders = [
            "etag": (held ?? best).tag, "cache-control": cacheControl ?? self.cacheControl,
        ]
        if gzip != nil { fields.add(name: "vary", value: "Accept-Encoding") }
        if held != nil { return HTTPResponse(status: .notModified, headers: fields) }
        fields.add(name: "content-type", value: type)
        if best.tag != plain.tag { fields.add(name: "content-encoding", value: "gzip") }
        return HTTPResponse(status: .ok, headers: fields, body: best.bytes)
    }
}
