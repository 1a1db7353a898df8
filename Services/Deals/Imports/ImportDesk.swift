import Contracts
import Foundation
import Logging
import RPC
import Storage

/// Works on imports one batch after the other, several by turns. What it has done it finds in the database: when the
/// process ends it goes on where it was.
struct ImportDesk: Sendable {
    /// After a failure that may pass, such as a full disk.
    private static let pause = Duration.seconds(5)
    private static let hour = Duration.seconds(3600)

    let work: ImportWorkStore
    let shelf: DocumentShelf
    let users: UserResolver
    let logger: Logger
    let now: WallClock
    private let knocks: AsyncStream<Void>
    private let knocking: AsyncStream<Void>.Continuation

    init(
        work: ImportWorkStore, shelf: DocumentShelf, users: @escaping UserResolver, logger: Logger,
        now: @escaping WallClock
    ) {
        self.work = work
        self.shelf = shelf
        self.users = users
        self.logger = logger
        self.now = now
        (knocks, knocking) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// There is work.
    func knock() { knocking.yield() }

    /// Works off what there is, and then whatever comes, until it is cancelled. Once an hour it looks by itself for what has
    /// expired and for files that belong to nothing.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await work() }
            group.addTask {
                while true {
                    try await Task.sleep(for: Self.hour)
                    knock()
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func work() async throws {
        knock()
        for await _ in knocks {
            do { try await workOff() } catch StorageError.closed { return } catch {
                try Task.checkCancellation()
                logger.warning("imports are not worked on", metadata: ["error": "\(error)"])
                try await Task.sleep(for: Self.pause)
                knock()
            }
        }
    }

    /// Until nothing is left to do.
    func workOff() async throws {
        try await work.expire(now())
        while try await step() {}
        try await sweep()
    }

    /// Of an import that was removed while the process was killed, or that an older database does not know. A row is there
    /// before its file, so what is on the list without a row will never have one.
    private func sweep() async throws {
        for orphan in try await work.orphans(among: shelf.files()) { try await shelf.remove(orphan) }
    }

    /// One batch of the import that has waited longest.
    /// - Returns: false when there was none.
    func step() async throws -> Bool {
        try Task.checkCancellation()
        guard let id = try await work.next() else { return false }
        do {
            if let record = try await work.record(id) { try await step(record) }
        } catch let error where Self.mayPass(error) { throw error } catch {
            logger.error(
                "an import cannot go on", metadata: ["import.id": "\(id.text)", "error": "\(error)"])
            let fault = ImportFault(code: "internal", message: RPCFault.internal.message)
            try await work.halt(id, fault, at: now())
        }
        return true
    }

    private static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case is StorageError, is CancellationError: true
        case let fault as RPCFault: [.unavailable, .deadlineExceeded, .resourceExhausted].contains(fault.status)
        default: false
        }
    }

    private func step(_ record: ImportRecord) async throws {
        let id = record.job.id
        switch record.job.state {
        case .reading: return try await ImportReading(desk: self, record: record).read()
        case .removing:
            // First, so that no file is left that nobody knows.
            for isPart in [true, false] { try await shelf.remove(ShelfFile(id: id, isPart: isPart)) }
            return try await work.remove(id)
        default: break
        }
        guard let (caller, name) = try await importer(of: record) else {
            let fault = ImportFault(
                code: "importer_not_allowed", message: "Who made the import may not open deals any more.")
            return try await work.halt(id, fault, at: now())
        }
        switch record.job.state {
        case .validating: try await work.validate(id, leadName: name, by: caller)
        case .committing: try await work.commit(id, leadName: name, by: caller)
        case .reverting: try await work.revert(id, by: caller)
        default: break
        }
    }

    /// Who made the import, as he is now: what he may not do any more is not done for him, either.
    private func importer(of record: ImportRecord) async throws -> (Caller, name: String)? {
        var context = RPCContext(
            peer: Peer.deals, requestID: record.requestID, clientAddress: record.address)
        do {
            let user = try await users(UserLookup(id: record.owner), context)
            guard user.status == .active else { return nil }
            context.identity = RPCIdentity(
                subject: record.owner, session: record.session, roles: user.role.bits)
            return (try Caller(context, may: .createDeals, now: now()), user.name)
        } catch let fault as RPCFault where fault.status == .notFound || fault.status == .permissionDenied {
            return nil
        }
    }
}
