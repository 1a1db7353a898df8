import Contracts
import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import RPC

/// The tables that are handed out as files, row by row; of the audit log also as lines of JSON.
enum CSVFile: Sendable, CaseIterable {
    case deals, importErrors, report, auditTable, auditLines

    var method: RPCMethodEntry {
        switch self {
        case .deals: DealMethods.export.entry
        case .importErrors: DealMethods.importErrors.entry
        case .report: DealMethods.reportFile.entry
        case .auditTable: AuditMethods.exportTable.entry
        case .auditLines: AuditMethods.exportLines.entry
        }
    }

    var mediaType: String { self == .auditLines ? "application/x-ndjson" : "text/csv" }

    /// The first lines of one.
    var example: String {
        switch self {
        case .deals, .importErrors: "number,codeName\r\nD-2026-0001,Project Falcon\r\n"
        case .report: "type,stage,name,deals\r\nsell_side_ma,pitch,Pitch,7\r\n"
        case .auditTable: "seq,time,type\r\n0,2026-01-02T03:04:05.678Z,deal.created\r\n1,,checkpoint\r\n"
        case .auditLines: "{\"checkpoint\":{\"root\":\"3mQ9…\",\"size\":0},\"entries\":0}\n"
        }
    }

    fileprivate var headers: HTTPHeaders {
        ["Content-Type": self == .auditLines ? mediaType : "text/csv; charset=utf-8; header=present"]
    }
}

extension Downloads {
    /// - Parameter call: with the reader's identity and what he asks for.
    /// - Throws: `Problem` when too many downloads are open, or what the service says.
    func csv(_ file: CSVFile, _ call: ServiceCall, to head: HTTPHead) async throws -> HTTPResponse {
        // Nothing is taken out, so nothing is written down.
        if head.method == "HEAD" { return HTTPResponse(status: .ok, headers: file.headers) }
        let place = try place()
        let parts = try parts(of: file, call)
        var first = parts.makeAsyncIterator()
        guard case .head(let name)? = try await first.next() else { throw RPCFault.internal }
        var headers = file.headers
        headers.add(name: "Content-Disposition", value: ContentDisposition.attachment(name))
        return HTTPResponse(status: .ok, headers: headers) { writer in
            for try await part in parts {
                guard case .bytes(let bytes) = part else { throw RPCFault.internal }
                try await writer.write(ByteBuffer(bytes: bytes))
            }
            withExtendedLifetime(place) {}
        }
    }

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
        case .report:
            let query = try StrictJSON.decode(ReportFileQuery.self, from: Data(call.body.readableBytesView))
            return try deals.stream(
                DealMethods.reportFile, query, timeout: Self.timeMax, window: Self.window, context: call.context)
        case .auditTable, .auditLines:
            let filter = try StrictJSON.decode(AuditFilter.self, from: Data(call.body.readableBytesView))
            return try audit.stream(
                file == .auditTable ? AuditMethods.exportTable : AuditMethods.exportLines, filter,
                timeout: Self.timeMax, window: Self.window, context: call.context)
        }
    }
}
