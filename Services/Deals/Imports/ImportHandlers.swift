import Contracts
import Foundation
import NIOCore
import RPC

/// Imports step by step. Each is its maker's alone; who may not open deals any more has none.
struct ImportHandlers: Sendable {
    private static let nobody = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    /// Rows of one read for the file of errors.
    private static let pageRows = 50

    let imports: ImportStore
    let desk: ImportDesk

    func register(on router: inout RPCRouter) {
        router.on(DealMethods.addImport, add)
        router.on(DealMethods.imports, list)
        router.on(DealMethods.getImport, get)
        router.on(DealMethods.putImportContent, bytes: put)
        router.on(DealMethods.mapImport) { mapping, context in
            try await imports.map(Self.id(context), mapping, by: caller(context))
        }
        router.on(DealMethods.validateImport) { _, context in
            try await working(imports.validate(Self.id(context), by: caller(context)))
        }
        router.on(DealMethods.commitImport) { input, context in
            try await working(imports.commit(Self.id(context), input, by: caller(context)))
        }
        router.on(DealMethods.revertImport) { _, context in
            try await working(imports.revert(Self.id(context), by: caller(context)))
        }
        router.on(DealMethods.importErrors) { _, context, writer in
            try await errors(context) { try await writer.send($0) }
        }
        router.on(DealMethods.importRows) { query, context in
            try await imports.rows(query, of: Self.id(context), by: caller(context))
        }
        router.on(DealMethods.removeImport, remove)
    }

    func add(_ input: NewImport, _ context: RPCContext) async throws -> ImportJob {
        let caller = try caller(context)
        return try await imports.add(ImportForm(input), by: caller)
    }

    func list(_: Nothing, _ context: RPCContext) async throws -> ImportList {
        var items: [ImportJob] = []
        for record in try await imports.list(by: caller(context)) { items.append(try await shown(record)) }
        return ImportList(items: items)
    }

    func get(_: Nothing, _ context: RPCContext) async throws -> ImportJob {
        try await shown(imports.get(Self.id(context), by: caller(context)))
    }

    func put(_ place: ChunkPlace, _ bytes: ByteBuffer, _ context: RPCContext) async throws -> ImportJob {
        let caller = try caller(context)
        let record = try await imports.get(Self.id(context), by: caller)
        let offset = try place.offset(of: bytes)
        guard record.job.state == .uploading else { return record.job }
        if case .part(let received) = try await desk.shelf.put(bytes, at: offset, of: record.upload) {
            var job = record.job
            job.received = received
            return job
        }
        return try await working(imports.uploaded(record.job.id, by: caller))
    }

    /// The rows as they came, each with what is wrong with it.
    func errors(_ context: RPCContext, send: (CSVPart) async throws -> Void) async throws {
        let (caller, id) = (try caller(context), Self.id(context))
        let job = try await imports.get(id, by: caller).job
        try await send(.head("import-errors.csv"))
        var file = CSVWriter()
        file.row((job.columns + ["importErrors"]).map(CSVCell.text))
        var last = 0
        while case let rows = try await imports.rowsWithErrors(
            after: last, limit: Self.pageRows, of: id, by: caller), !rows.isEmpty
        {
            for row in rows {
                let words = row.errors.map { $0.field.isEmpty ? $0.message : "\($0.field): \($0.message)" }
                // They may hold what somebody took out of a spreadsheet, where a formula is no accident.
                let cells = row.cells.map { CSVCell(asWritten: FormulaText.unguarded($0)) }
                file.row(cells + [.text(words.joined(separator: "; "))])
                last = row.number
            }
            try await file.flush(send)
        }
        try await file.flush(send)
    }

    func remove(_: Nothing, _ context: RPCContext) async throws -> Nothing {
        try await imports.remove(Self.id(context), by: caller(context))
        desk.knock()
        return Nothing()
    }

    private func caller(_ context: RPCContext) throws -> Caller {
        try Caller(context, may: .createDeals, now: desk.now())
    }

    private func working(_ job: ImportJob) -> ImportJob {
        desk.knock()
        return job
    }

    private func shown(_ record: ImportRecord) async throws -> ImportJob {
        var job = record.job
        if job.state == .uploading { job.received = try await desk.shelf.received(record.upload) }
        return job
    }

    /// What is no id names no import.
    private static func id(_ context: RPCContext) -> UUID {
        context.resource.first.flatMap(UUID.init(uuidString:)) ?? nobody
    }
}

extension ChunkPlace {
    fileprivate func offset(of bytes: ByteBuffer) throws(RPCFault) -> Int64 {
        let offset = offset ?? 0
        var faults: [FieldFault] = []
        if offset < 0 { faults.append(FieldFault("offset", "out_of_range", "must not be negative")) }
        if !(1...DocumentContent.chunkBytesMax).contains(bytes.readableBytes) {
            let words = "a chunk has 1 to \(DocumentContent.chunkBytesMax) bytes"
            faults.append(FieldFault("", "out_of_range", words))
        }
        guard faults.isEmpty else { throw .invalid(faults) }
        return offset
    }
}
