import Contracts
import Logging
import Storage

/// Forgets uploads that nobody will finish, and removes files that belong to nothing: what an upload left that was
/// given up, or a process that was killed.
struct DocumentSweep: Sendable {
    private static let pause = Duration.seconds(3600)
    /// A whole file that no row knows is kept for so long: after a restore of an older database it may be all that is left
    /// of a document.
    static let strayDaysMax = 30
    /// Of files asked about in one read.
    private static let pageMax = 500

    let documents: DocumentStore
    let shelf: DocumentShelf
    let logger: Logger
    let now: WallClock

    /// At once and then every hour, until it is cancelled.
    func run() async throws {
        while true {
            do { try await sweep() } catch StorageError.closed { return } catch {
                try Task.checkCancellation()
                logger.warning("documents are not swept", metadata: ["error": "\(error)"])
            }
            try await Task.sleep(for: Self.pause)
        }
    }

    /// The files are listed before the rows are asked: a row is there before its file, so what came meanwhile is not
    /// on the list, and what is on the list without a row will never have one.
    func sweep() async throws {
        try await documents.forgetOldUploads(now())
        let oldest = now().advanced(bySeconds: -Int64(Self.strayDaysMax) * 86_400)
        let files = try await shelf.files().filter { $0.isPart || $0.madeAt < oldest }
        var removed = 0
        for start in stride(from: 0, to: files.count, by: Self.pageMax) {
            let page = Array(files[start..<min(start + Self.pageMax, files.count)])
            for orphan in try await documents.orphans(among: page) {
                try await shelf.remove(orphan)
                removed += 1
            }
        }
        if removed > 0 { logger.info("files without a document removed", metadata: ["document.files": "\(removed)"]) }
    }
}
