import Foundation
package import NIOCore
import NIOHTTP1

/// A directory of files read once into memory and served by exact path.
///
/// Only names with a known extension are taken; dot files, links and everything else do not exist for clients. Text is
/// packed once, at the start, so that no request costs a compression.
package struct StaticFiles: Sendable {
    /// How much is held at most; the packed variants come on top and are smaller.
    package static let bytesMax = 16 * 1024 * 1024

    package enum Failure: Error, Equatable, CustomStringConvertible {
        case unreadable(String)
        case tooLarge(String)

        package var description: String {
            switch self {
            case .unreadable(let path): "cannot read \(path)"
            case .tooLarge(let path): "the files in \(path) are more than \(StaticFiles.bytesMax / 1_048_576) MiB"
            }
        }
    }

    private static let types = [
        "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
        "json": "application/json", "svg": "image/svg+xml", "png": "image/png", "ico": "image/x-icon",
        "txt": "text/plain; charset=utf-8", "woff2": "font/woff2",
    ]

    private var files: [String: StaticFile] = [:]

    /// - Parameters:
    ///   - digest: a content digest in characters that an entity tag may hold, such as hexadecimal SHA-256 in lower case.
    ///   - compress: packs text by gzip; nil where it cannot. By default nothing is packed.
    /// - Throws: `StaticFiles.Failure`.
    package init(
        directory: String, digest: (ByteBuffer) -> String, compress: (ByteBuffer) -> ByteBuffer? = { _ in nil }
    ) throws {
        let root = URL(fileURLWithPath: directory, isDirectory: true)
        // On Linux the enumerator of a missing directory is empty, not nil.
        guard (try? FileManager.default.contentsOfDirectory(atPath: directory)) != nil,
            let paths = FileManager.default.enumerator(atPath: directory)
        else { throw Failure.unreadable(directory) }
        var total = 0
        for case let path as String in paths {
            let parts = path.split(separator: "/")
            guard !parts.contains(where: { $0.hasPrefix(".") }), parts.last?.contains(".") == true,
                let type = Self.types[(path as NSString).pathExtension],
                paths.fileAttributes?[.type] as? FileAttributeType == .typeRegular
            else { continue }
            total += paths.fileAttributes?[.size] as? Int ?? 0
            guard total <= Self.bytesMax else { throw Failure.tooLarge(directory) }
            guard let data = try? Data(contentsOf: root.appendingPathComponent(path)) else {
                throw Failure.unreadable(path)
            }
            let bytes = ByteBuffer(bytes: data)
            files["/" + path] = StaticFile(
                name: parts.last ?? "", type: type, bytes: bytes, digest: digest(bytes), compress: compress)
        }
    }

    package var paths: Set<String> { Set(files.keys) }

    package func contains(_ path: String) -> Bool { files[path] != nil }

    /// - Parameters:
    ///   - path: looked up instead of the request's, for an index or the one page of a web app.
    ///   - cacheControl: by default `immutable` for a file whose name holds its content's hash; for others the client asks
    ///     each time and is answered 304.
    /// - Returns: nil for an unknown path and for methods other than GET and HEAD.
    package func response(to head: HTTPHead, path: String? = nil, cacheControl: String? = nil) -> HTTPResponse? {
        guard head.method == "GET" || head.method == "HEAD", let file = files[path ?? head.path] else { return nil }
        return file.response(to: head.headers, cacheControl: cacheControl)
    }

    /// RFC 9110 §13.1.2: compared weakly, `*` matches anything.
    package static func matches(_ candidates: [Substring], _ tag: String) -> Bool {
        candidates.contains { $0 == "*" || $0 == tag || $0.hasPrefix("W/") && $0.dropFirst(2) == tag }
    }
}
