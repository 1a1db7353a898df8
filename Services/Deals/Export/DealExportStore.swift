import Contracts
import Events
import Foundation
import GRDB
import RPC
import Storage

/// What an export reads, and what the log says of it.
struct DealExportStore: Sendable {
    let store: Store

    /// More are refused before the first byte; a filter makes them fewer.
    static let rowsMax = 100_000
    /// Of secret deals that one event names.
    static let secretIDsMax = 500

    /// Those of the deals that the caller still sees, in their order.
    func deals(_ ids: ArraySlice<UUID>, by caller: Caller) async throws -> [Deal] {
        try await store.read { db in
            try ids.compactMap { id -> Deal? in
                do {
                    return try DealRows.seen(.id(id), by: caller, may: .read, in: db).deal
                } catch let fault as RPCFault where fault.status == .notFound {
                    return nil
                }
            }
        }
    }

    /// What may be looked for by them is a name, also where nothing of that name is found.
    private static let namesDeals: Set = ["q", "client", "tag"]

    /// Writes down who takes what out, before he gets a byte of it. When a secret deal is among it, the log learns the
    /// names of the filters alone: what was looked for may be a name. Of secret deals it keeps the ids.
    func record(
        _ filter: DealQuery, columns: [String], _ matches: [ListMatch], by caller: Caller
    ) async throws {
        let secret = matches.filter(\.isSecret).map(\.id.text)
        let filters = try CellEncoder.cells(of: filter).compactMap { filter -> String? in
            switch filter.cell {
            case .empty: nil
            case .number(let value), .text(let value):
                secret.isEmpty && !Self.namesDeals.contains(filter.column)
                    ? "\(filter.column)=\(value)" : filter.column
            }
        }
        var changes = [
            FieldChange("filter", before: nil, after: filters.joined(separator: "&")),
            FieldChange("columns", before: nil, after: columns.joined(separator: ",")),
            FieldChange("rows", before: nil, after: String(matches.count)),
        ]
        if !secret.isEmpty {
            let named = secret.prefix(Self.secretIDsMax).joined(separator: " ")
            changes.append(FieldChange("secretDeals", before: nil, after: String(secret.count)))
            changes.append(FieldChange("secretDealIds", before: nil, after: named))
        }
        let subject = EventSubject(kind: "export", id: UUIDv7.make(at: caller.now).text)
        let event = Event.of(subject, type: EventType.exportPerformed, by: caller, changes: changes)
        try await store.write { db in try EventFeed.append(event, in: db) }
    }
}
