import Contracts
import RPC
import ServiceKit

/// One stream of one user: what is new for him, page by page. For one task at a time.
struct NoticeWatch: Sendable {
    let id: Int
    let caller: Caller
    let bell: Bell
    let desk: NoticeDesk

    /// Waits until there is something to tell: events that he may see now, a `resync`, or after a quiet time a heartbeat.
    /// What the last call returned counts as sent. Of events that are hidden from him he is told at most that the heartbeat's
    /// number has grown.
    func next() async throws -> [DealNotice] {
        let beat = ContinuousClock.now + desk.beat
        while true {
            try Task.checkCancellation()
            switch desk.turn(of: self) {
            case .read(let after):
                let page = try await desk.page(after: after, for: self)
                guard desk.take(page, for: self) else { continue }
                guard page.notices.isEmpty else { return page.notices }
                if ContinuousClock.now >= beat { return [.heartbeat(page.through)] }
            case .wait(let told):
                if ContinuousClock.now >= beat { return [.heartbeat(told)] }
                await bell.wait(until: beat)
            }
        }
    }

    /// Sends what `next` returned, one after the other, each as soon as the reader takes it. A reader that is behind must
    /// not be told later what he may not see any more: `send` is then cancelled.
    /// - Throws: `access_changed` in that case, what `send` throws, or CancellationError.
    func deliver(
        _ notices: [DealNotice], by send: @escaping @Sendable (DealNotice) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for notice in notices {
                    guard !desk.hasLostSight(self) else { throw RPCFault.accessChanged }
                    try await send(notice)
                }
            }
            group.addTask { try await lossOfSight() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func lossOfSight() async throws {
        while !desk.hasLostSight(self) {
            try Task.checkCancellation()
            if let end = desk.lossOfSight(by: self) { await bell.wait(until: end) } else { await bell.wait() }
        }
        throw RPCFault.accessChanged
    }
}

extension DealNotice {
    fileprivate static func heartbeat(_ sequence: Int64) -> DealNotice {
        DealNotice(sequence: sequence, kind: .heartbeat)
    }
}

extension RPCFault {
    fileprivate static let accessChanged = RPCFault(
        .aborted, "access_changed", "What you may see has changed; start the stream anew from where you stand.")
}
