import Dispatch
import GRDB

/// Asks the disk, from time to time while it fails, whether it takes writes again.
struct DiskProbe: Sendable {
    /// Below this a full disk still counts as full, although the test write (one page) may have found room.
    static let freeBytesMin: Int64 = 1024 * 1024

    let pool: DatabasePool
    let gate: Gate
    let watch: DiskWatch
    /// Between one test write and the next.
    let interval: DispatchTimeInterval

    /// Goes on until a test write succeeds or the store closes.
    func begin() {
        // Waits on no thread; and a store that is gone does not stay alive for it.
        DispatchQueue.global().asyncAfter(deadline: .now() + interval) { [weak pool, gate, watch, interval] in
            guard let pool else { return }
            DiskProbe(pool: pool, gate: gate, watch: watch, interval: interval).run()
        }
    }

    func run() {
        // A closed store is not asked any more.
        guard (try? gate.enter()) != nil else { return }
        pool.asyncWriteWithoutTransaction { db in
            if hasRoom, (try? Self.write(db)) != nil {
                watch.testWriteSucceeded()
            } else {
                begin()
            }
            gate.leave()
        }
    }

    /// One real transaction of one page: the number that this header field has already is written once more.
    static func write(_ db: Database) throws {
        try db.inTransaction(.immediate) {
            let version = try Int32.fetchOne(db, sql: "PRAGMA user_version") ?? 0
            try db.execute(sql: "PRAGMA user_version = \(version)")
            return .commit
        }
    }

    /// True also where the file system does not tell.
    private var hasRoom: Bool { Disk.freeBytes(at: pool.path).map { $0 >= Self.freeBytesMin } ?? true }
}
