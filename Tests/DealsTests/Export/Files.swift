import Contracts
import Foundation
import NIOCore
import RPC
import Synchronization

@testable import deals

/// The calls that stories of files are told with.
extension Desk {
    var exports: ExportHandlers {
        ExportHandlers(
            list: DealListStore(store: store, bodies: DealBodies()), exports: DealExportStore(store: store),
            now: clock.now)
    }

    private var importHandlers: ImportHandlers { ImportHandlers(imports: ImportStore(store: store), desk: imports) }

    /// - Parameter head: runs when the file begins.
    func file(
        _ query: DealExportQuery = DealExportQuery(), as person: Person, head: () async throws -> Void = {}
    ) async throws -> String {
        try await text { send in
            try await exports.export(query, context(person)) { part in
                if case .head = part { try await head() }
                try await send(part)
            }
        }
    }

    func errorsFile(_ job: ImportJob, as person: Person) async throws -> String {
        var context = context(person)
        context.resource = [job.id.text]
        let told = context
        return try await text { send in try await importHandlers.errors(told, send: send) }
    }

    private func text(_ write: ((CSVPart) async throws -> Void) async throws -> Void) async throws -> String {
        let bytes = Mutex(Data())
        try await write { part in
            if case .bytes(let data) = part { bytes.withLock { $0.append(data) } }
        }
        return String(decoding: bytes.withLock { $0 }, as: UTF8.self)
    }

    static func rows(_ text: String) throws -> [[String]] {
        var rows: [[String]] = []
        var reader = CSVReader()
        try reader.read(text.utf8) { rows.append($0.cells) }
        try reader.end { rows.append($0.cells) }
        return rows
    }

    func bulk(_ request: BulkRequest, as person: Person) async throws -> BulkResult {
        try await call(DealMethods.bulk, request, as: person)
    }
}

/// Imports, step by step and all at once.
extension Desk {
    func upload(_ text: String, as person: Person, separator: ImportSeparator? = nil) async throws -> ImportJob {
        let bytes = Array(text.utf8)
        let new = NewImport(
            fileName: "pipeline.csv", size: Int64(bytes.count), sha256: Self.sha256(bytes), separator: separator)
        let job = try await call(DealMethods.addImport, new, as: person)
        for start in stride(from: 0, to: bytes.count, by: 1 << 20) {
            _ = try await put(bytes[start..<min(start + (1 << 20), bytes.count)], at: start, of: job, as: person)
        }
        try await imports.workOff()
        return try await importJob(job, as: person)
    }

    func put(
        _ bytes: some Collection<UInt8>, at offset: Int, of job: ImportJob, as person: Person
    ) async throws -> ImportJob {
        let place = try StrictJSON.encode(ChunkPlace(offset: Int64(offset)))
        var context = context(person)
        context.resource = [job.id.text]
        let body = BytesInput.joined(place, ByteBuffer(bytes: bytes))
        let reply = try await router.dispatch(DealMethods.putImportContent.entry, body: body, context: context)
        return try JSONDecoder().decode(ImportJob.self, from: Data(reply.body.readableBytesView))
    }

    func map(_ job: ImportJob, _ mapping: ImportMapping, as person: Person) async throws -> ImportJob {
        try await call(DealMethods.mapImport, mapping, as: person, on: [job.id.text])
    }

    func validate(_ job: ImportJob, as person: Person) async throws -> ImportJob {
        _ = try await call(DealMethods.validateImport, Nothing(), as: person, on: [job.id.text])
        try await imports.workOff()
        return try await importJob(job, as: person)
    }

    func commit(_ job: ImportJob, as person: Person, skipInvalid: Bool? = nil) async throws -> ImportJob {
        let input = ImportCommit(skipInvalid: skipInvalid)
        _ = try await call(DealMethods.commitImport, input, as: person, on: [job.id.text])
        try await imports.workOff()
        return try await importJob(job, as: person)
    }

    func revert(_ job: ImportJob, as person: Person) async throws -> ImportJob {
        _ = try await call(DealMethods.revertImport, Nothing(), as: person, on: [job.id.text])
        try await imports.workOff()
        return try await importJob(job, as: person)
    }

    func importJob(_ job: ImportJob, as person: Person) async throws -> ImportJob {
        try await call(DealMethods.getImport, Nothing(), as: person, on: [job.id.text])
    }

    func rows(
        _ job: ImportJob, as person: Person, _ outcome: ImportRowOutcome? = nil
    ) async throws -> [ImportRow] {
        let query = ImportRowQuery(limit: 200, outcome: outcome)
        return try await call(DealMethods.importRows, query, as: person, on: [job.id.text]).items
    }

    /// Every column is the field of its name, unless it is called otherwise here.
    func validated(
        _ text: String, as person: Person, source: String? = nil, _ change: (inout ImportMapping) -> Void = { _ in }
    ) async throws -> ImportJob {
        try await validate(mapped(text, as: person, source: source, change), as: person)
    }

    func mapped(
        _ text: String, as person: Person, source: String? = nil, _ change: (inout ImportMapping) -> Void = { _ in }
    ) async throws -> ImportJob {
        let job = try await upload(text, as: person)
        var mapping = ImportMapping(columns: job.columns.map { ImportColumn($0, as: $0) }, externalSource: source)
        change(&mapping)
        return try await map(job, mapping, as: person)
    }

    func imported(
        _ text: String, as person: Person, source: String? = nil, _ change: (inout ImportMapping) -> Void = { _ in }
    ) async throws -> ImportJob {
        try await commit(validated(text, as: person, source: source, change), as: person)
    }
}

extension [ImportRow] {
    /// `codeName too_short`
    var details: [[String]] { map { $0.errors.map { "\($0.field) \($0.code)" } } }
}
