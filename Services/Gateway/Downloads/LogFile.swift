import Contracts
import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import RPC

/// The files in which the audit log is published (C2SP tlog-tiles, tlog-proof). They are not JSON, for others' programs read
/// them too.
enum LogFile: Sendable, CaseIterable {
    case checkpoint, verifierKeys, tile, entries, proof

    var method: RPCMethodEntry {
        switch self {
        case .checkpoint: AuditMethods.checkpoint.entry
        case .verifierKeys: AuditMethods.verifierKeys.entry
        case .tile: AuditMethods.tile.entry
        case .entries: AuditMethods.entryBundle.entry
        case .proof: AuditMethods.proof.entry
        }
    }

    var mediaType: String {
        switch self {
        case .checkpoint, .verifierKeys, .proof: "text/plain"
        case .tile, .entries: "application/octet-stream"
        }
    }

    /// What its text looks like; nil for bytes.
    var example: String? {
        let checkpoint = """
            bank.example/audit
            20852163
            CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

            — bank.example/audit Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=

            """
        return switch self {
        case .checkpoint: checkpoint
        case .verifierKeys: "bank.example/audit+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop\n"
        case .proof:
            "c2sp.org/tlog-proof@v1\nindex 41\nPlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=\n\n\(checkpoint)"
        case .tile, .entries: nil
        }
    }
}

extension LogFile {
    static let text: HTTPHeaders = ["Content-Type": "text/plain; charset=utf-8"]
    static let bytes: HTTPHeaders = ["Content-Type": "application/octet-stream"]

    /// A full tile never changes, and its hashes tell nothing of what they are of. Entries do, so that of them nothing is
    /// kept, as of all that the log answers.
    static let kept = "private, max-age=31536000, immutable"

    /// A bundle up to here is packed whole; a larger one, which hardly ever is, goes out piece by piece as it is.
    static let packedBytesMax = 1 << 20
}

extension GatewayHandler {
    func logFile(_ file: LogFile, _ call: ServiceCall, to routed: RoutedRequest) async throws -> HTTPResponse {
        switch file {
        case .checkpoint, .verifierKeys:
            return HTTPResponse(status: .ok, headers: LogFile.text, body: try await text(file, call))
        case .proof:
            var headers = LogFile.text
            let name = "\(routed.ids.first ?? "").tlog-proof"
            headers.add(name: "Content-Disposition", value: ContentDisposition.attachment(name))
            return HTTPResponse(status: .ok, headers: headers, body: try await text(file, call))
        case .tile:
            let tile: AuditTile = try await answer(file, call)
            var headers = LogFile.bytes
            if tile.isFull { headers.add(name: "Cache-Control", value: LogFile.kept) }
            return HTTPResponse(status: .ok, headers: headers, body: ByteBuffer(bytes: tile.hashes))
        case .entries:
            return try await entries(call, to: routed.head)
        }
    }

    private func text(_ file: LogFile, _ call: ServiceCall) async throws -> ByteBuffer {
        let read: AuditLogText = try await answer(file, call)
        return ByteBuffer(string: read.text)
    }

    private func answer<Output: Decodable & Sendable>(_ file: LogFile, _ call: ServiceCall) async throws -> Output {
        let reply = try await upstreams.audit.send(file.method, call)
        return try JSONDecoder().decode(Output.self, from: Data(reply.body.readableBytesView))
    }

    private func entries(_ call: ServiceCall, to head: HTTPHead) async throws -> HTTPResponse {
        let place = try downloads.place()
        let parts = try upstreams.audit.stream(
            AuditMethods.entryBundle, Nothing(), timeout: Downloads.timeMax, window: Downloads.window,
            context: call.context)
        var first = parts.makeAsyncIterator()
        guard case .head(let size)? = try await first.next() else { throw RPCFault.internal }
        var headers = LogFile.bytes
        headers.add(name: "Vary", value: "Accept-Encoding")
        if head.method == "HEAD" { return HTTPResponse(status: .ok, headers: headers) }
        guard size > LogFile.packedBytesMax || !head.prefersGzip else {
            let whole = try await Self.whole(parts, size)
            guard let packed = await Gzip.packed(whole) else {
                return HTTPResponse(status: .ok, headers: headers, body: whole)
            }
            headers.add(name: "Content-Encoding", value: "gzip")
            return HTTPResponse(status: .ok, headers: headers, body: packed)
        }
        headers.add(name: "Content-Length", value: String(size))
        return HTTPResponse(status: .ok, headers: headers) { writer in
            var rest = size
            for try await part in parts {
                guard case .bytes(let bytes) = part else { throw RPCFault.internal }
                rest -= bytes.count
                try await writer.write(ByteBuffer(bytes: bytes))
            }
            // What ends too early is no good answer: what is thrown shows the client that something is missing.
            guard rest == 0 else { throw RPCFault.internal }
            withExtendedLifetime(place) {}
        }
    }

    private static func whole(_ parts: RPCStream<AuditBundlePart>, _ size: Int) async throws -> ByteBuffer {
        var whole = ByteBuffer()
        whole.reserveCapacity(size)
        for try await part in parts {
            guard case .bytes(let bytes) = part else { throw RPCFault.internal }
            whole.writeBytes(bytes)
        }
        guard whole.readableBytes == size else { throw RPCFault.internal }
        return whole
    }
}
