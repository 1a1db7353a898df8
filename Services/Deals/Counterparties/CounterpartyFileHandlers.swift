import Contracts
import Foundation
import RPC
import Storage

/// The counterparties of a deal as a file for its client.
struct CounterpartyFileHandlers: Sendable {
    /// Put together at a time: some hundred kilobytes.
    private static let pageRows = 500
    private static let columns =
        ["name", "tier", "kind", "country", "status", "statusOn"] + CounterpartyStepKind.allCases.map(\.rawValue)

    let exports: CounterpartyExportStore
    let now: WallClock

    init(store: Store, now: @escaping WallClock) {
        exports = CounterpartyExportStore(store: store)
        self.now = now
    }

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.exportCounterparties) { query, context, writer in
            try await export(query, context) { try await writer.send($0) }
        }
    }

    func export(
        _ query: CounterpartyExportQuery, _ context: RPCContext, send: (CSVPart) async throws -> Void
    ) async throws {
        let caller = try Caller(context, may: .readDeals, now: now())
        let names = query.names ?? .alias
        let (number, items) = try await exports.counterparties(of: DealReference(context), names, by: caller)
        try await send(.head("counterparties-\(number)-\(caller.today.text).csv"))
        if query.bom == true { try await send(.bytes(Data(CSVWriter.byteOrderMark))) }
        var file = CSVWriter()
        file.row(Self.columns.map(CSVCell.text))
        for start in stride(from: 0, to: items.count, by: Self.pageRows) {
            for item in items[start..<min(start + Self.pageRows, items.count)] { file.row(Self.cells(item, names)) }
            try await file.flush(send)
        }
        try await file.flush(send)
    }

    /// By name, or by alias where it has one.
    private static func cells(_ item: Counterparty, _ names: CounterpartyNames) -> [CSVCell] {
        let name = names == .alias ? item.codeAlias ?? item.name : item.name
        let texts = [name, item.tier, item.kind.rawValue, item.country, item.status.rawValue, item.statusOn.text]
        let days = CounterpartyStepKind.allCases.map { item.steps[$0.rawValue]?.text }
        return (texts + days).map { $0.map(CSVCell.text) ?? .empty }
    }
}
