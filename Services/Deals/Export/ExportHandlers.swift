import Contracts
import Foundation
import RPC

/// A view of the deals as a file. Which deals are in it is decided at one moment; each is read when its turn comes, and
/// left out if the caller does not see it any more by then.
struct ExportHandlers: Sendable {
    /// Read at a time: with the longest texts some megabytes.
    private static let pageDeals = 100

    let list: DealListStore
    let exports: DealExportStore
    let now: WallClock

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.export) { query, context, writer in
            try await export(query, context) { try await writer.send($0) }
        }
    }

    func export(
        _ query: DealExportQuery, _ context: RPCContext, send: (CSVPart) async throws -> Void
    ) async throws {
        let caller = try Caller(context, may: .readDeals, now: now())
        let request = try ListRequest(all: query.filter)
        let columns = try CSVColumns(query.fields, by: caller)
        let matches = try await list.matches(request, max: DealExportStore.rowsMax, by: caller)
        guard matches.count <= DealExportStore.rowsMax else { throw Self.tooLarge }
        try await exports.record(query.filter, columns: columns.names, matches, by: caller)

        try await send(.head("deals-\(caller.today.text).csv"))
        var file = CSVWriter()
        file.row(columns.names.map(CSVCell.text))
        if query.bom == true { try await send(.bytes(Data(CSVWriter.byteOrderMark))) }
        let ids = matches.map(\.id)
        for start in stride(from: 0, to: ids.count, by: Self.pageDeals) {
            let page = ids[start..<min(start + Self.pageDeals, ids.count)]
            for deal in try await exports.deals(page, by: caller.at(now())) { file.row(try columns.cells(deal)) }
            try await file.flush(send)
        }
        try await file.flush(send)
    }

    private static let tooLarge = RPCFault(
        .failedPrecondition, "export_too_large",
        "A file has at most \(DealExportStore.rowsMax) deals; filter for fewer.")
}

extension CSVWriter {
    /// Sends what was written in pieces that fit.
    mutating func flush(_ send: (CSVPart) async throws -> Void) async throws {
        let data = take()
        for start in stride(from: 0, to: data.count, by: CSVPart.bytesMax) {
            try await send(.bytes(data[start..<min(start + CSVPart.bytesMax, data.count)]))
        }
    }
}

extension ListRequest {
    /// Of all that fit rather than of a page of them.
    init(all query: DealQuery) throws(RPCFault) {
        let asked = [
            ("limit", query.limit != nil), ("cursor", query.cursor != nil), ("count", query.count != nil),
            ("fields", query.fields != nil), ("include", query.include != nil), ("deleted", query.deleted != nil),
        ]
        let faults = asked.filter { $0.1 }.map {
            FieldFault($0.0, "not_allowed", "is of the list alone")
        }
        guard faults.isEmpty else {
            throw RPCFault(.invalidArgument, "query_invalid", "The query does not fit; see errors.", errors: faults)
        }
        try self.init(query)
    }
}
