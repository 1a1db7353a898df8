import Contracts
import RPC
import Storage

/// Hands the outbox to its consumer.
struct EventHandlers: Sendable {
    private static let waitMillisecondsMax = 20_000

    let outbox: Outbox
    let stopping: Bell

    func pull(_ input: EventPull, _ context: RPCContext) async throws -> EventPage {
        try check(input)
        let page = try await page(after: input.after, limit: input.limit, wait: .milliseconds(input.waitMilliseconds))
        let events = try page.entries.map {
            SequencedEvent(sequence: $0.sequence, event: try StrictJSON.decode(Event.self, from: $0.payload))
        }
        return EventPage(events: events, newest: page.newest)
    }

    /// Waits for news no longer than the service lives.
    private func page(after: Int64, limit: Int, wait: Duration) async throws -> (entries: [Outbox.Entry], newest: Int64)
    {
        guard wait > .zero, let stop = stopping.subscribe() else {
            return try await outbox.page(after: after, limit: limit, wait: .zero)
        }
        let page = try await withThrowingTaskGroup(of: (entries: [Outbox.Entry], newest: Int64)?.self) { group in
            group.addTask { try await outbox.page(after: after, limit: limit, wait: wait) }
            group.addTask {
                await stop.waitOnce(atMost: wait)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        if let page { return page }
        return try await outbox.page(after: after, limit: limit, wait: .zero)
    }

    private func check(_ input: EventPull) throws {
        var faults: [FieldFault] = []
        if input.after < 0 { faults.append(FieldFault("after", "out_of_range", "must not be negative")) }
        if !(1...Outbox.pageEntriesMax).contains(input.limit) {
            faults.append(FieldFault("limit", "out_of_range", "must be 1 to \(Outbox.pageEntriesMax)"))
        }
        if !(0...Self.waitMillisecondsMax).contains(input.waitMilliseconds) {
            faults.append(FieldFault("waitMilliseconds", "out_of_range", "must be 0 to \(Self.waitMillisecondsMax)"))
        }
        if !faults.isEmpty { throw RPCFault.invalid(faults) }
    }
}
