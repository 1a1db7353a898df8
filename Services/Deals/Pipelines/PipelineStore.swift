import Contracts
import GRDB
import Synchronization

/// The pipelines as they stand, for whoever needs one inside his transaction. Read and decoded once, and again only when
/// their mark in the database is another one: a look-up by key tells. Any thread.
///
/// The mark is asked for in the caller's own transaction, so he gets what that transaction sees: also a change that is not
/// committed yet, and never one that was undone, for no two changes have the same mark.
final class PipelineStore: Sendable {
    private struct Kept: Sendable {
        let mark: Int64
        /// One for each deal type.
        let pipelines: [DealType: StoredPipeline]
    }

    private let kept = Mutex<Kept?>(nil)

    /// - Parameter db: within a transaction. Outside of one, mark and rows might be of two moments.
    func pipeline(of type: DealType, in db: Database) throws -> Pipeline { try stored(type, in: db).pipeline }

    func stored(_ type: DealType, in db: Database) throws -> StoredPipeline {
        guard let pipeline = try all(in: db)[type] else { throw StoredValueFault(column: "deal_type") }
        return pipeline
    }

    func all(in db: Database) throws -> [DealType: StoredPipeline] { try marked(in: db).pipelines }

    /// - Returns: also their mark, by which they are told from what they were before.
    func marked(in db: Database) throws -> (mark: Int64, pipelines: [DealType: StoredPipeline]) {
        let statement = try db.cachedStatement(sql: "SELECT mark FROM pipeline_mark")
        guard let mark = try Int64.fetchOne(statement) else { throw StoredValueFault(column: "mark") }
        if let kept = kept.withLock({ $0 }), kept.mark == mark { return (mark, kept.pipelines) }
        let pipelines = try PipelineRows.all(in: db)
        kept.withLock { $0 = Kept(mark: mark, pipelines: pipelines) }
        return (mark, pipelines)
    }
}
