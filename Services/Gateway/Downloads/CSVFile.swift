import Contracts
import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import RPC

/// The tables that are handed out as files.
enum CSVFile: Sendable, CaseIterable {
    case deals, importErrors

    var method: RPCMethodEntry {
        switch self {
        case .deals: DealMethods.export.entry
        case .importErrors: DealMethods.importErrors.entry
        }
    }
}

extension Downloads {
    /// - Parameter call: with the reader's identity and what he asks for.
    /// - Throws: `Problem` when too many downloads are open, or what deals says.
    func csv(_ file: CSVFile, _ call: ServiceCall, to head: HTTPHead) async throws -> HTTPResponse {
        // Nothing is taken out, so nothing is written down.
        if head.method == "HEAD" { return HTTPResponse(status: .ok, headers: Self.headers) }
        let place = try place()
        let parts = try parts(of: file, call)
        var first = parts.makeAsyncIterator()
        guard case .head(let name)? = try await first.next() else { throw RPCFault.internal }
        var headers = Self.headers
        headers.add(name: "Content-Disposition", value: ContentDisposition.attachment(name))
        return HTTPResponse(status: .ok, headers: headers) { writer in
            for try await part in parts {
                guard case .bytes(let bytes) = part else { throw RPCFault.internal }
                try await writer.write(ByteBuffer(bytes: bytes))
            }
            withExtendedLifetime(place) {}
        }
    }

    private static let headers: HTTPHeaders = ["Content-Type": "text/csv; charset=utf-8; header=present"]

    private func parts(of file: CSVFile, _ call: ServiceCall) throws -> RPCStream<CSVPart> {
        switch file {
        case .deals:
            let query = try StrictJSON.decode(DealExportQuery.self, from: Data(call.body.readableBytesView))
            return try deals.stream(
                DealMethods.export, query, timeout: Self.timeMax, window: Self.window, context: call.context)
        case .importErrors:
            return try deals.stream(
                DealMethods.importErrors, Nothing(), timeout: Self.timeMax, window: Self.window,
                context: call.context)
        }
    }
}
