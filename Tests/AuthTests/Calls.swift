import RPC
import Testing

/// The fault that a call ends with; nil when it ends well.
func fault(_ call: () async throws -> some Any) async throws -> RPCFault? {
    do {
        _ = try await call()
        return nil
    } catch let fault as RPCFault {
        return fault
    }
}

/// The faults of so many calls at the same time, in the order of their numbers; nil for those that end well.
func together(
    _ count: Int, _ call: @escaping @Sendable (Int) async throws -> some Any
) async throws -> [RPCFault?] {
    try await withThrowingTaskGroup(of: (Int, RPCFault?).self) { group in
        for number in 0..<count { group.addTask { (number, try await fault { try await call(number) }) } }
        return try await group.reduce(into: Array(repeating: RPCFault?.none, count: count)) { $0[$1.0] = $1.1 }
    }
}

/// Waits for a condition, half a minute at most.
func eventually(_ condition: () async throws -> Bool) async throws {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(30)
    while clock.now < end {
        if try await condition() { return }
        await Task.yield()
    }
    Issue.record("did not happen within half a minute")
}
