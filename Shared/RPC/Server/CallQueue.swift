import NIOCore

/// The calls of one connection that have arrived and not begun, oldest first. A value without I/O.
///
/// Handlers begin on the event loop, one after the other, so under overload calls wait here. A call that would not be served
/// in time is refused when it arrives: work on what comes too late is work that the others wait for.
struct CallQueue {
    private var waiting = CircularBuffer<ServerCall>(initialCapacity: 64)

    var count: Int { waiting.count }
    var isEmpty: Bool { waiting.isEmpty }

    /// - Parameter call: its id is higher than those of all before.
    mutating func add(_ call: ServerCall) { waiting.append(call) }

    mutating func next() -> ServerCall? { waiting.popFirst() }

    /// The waiting call will be answered instead of run. False when no such call waits.
    mutating func cancel(_ id: UInt32) -> Bool {
        guard let index = index(of: id) else { return false }
        waiting[index].isCancelled = true
        return true
    }

    mutating func grant(_ items: UInt32, to id: UInt32) {
        guard let index = index(of: id) else { return }
        let sum = waiting[index].credit.addingReportingOverflow(items)
        waiting[index].credit = sum.overflow ? .max : sum.partialValue
    }

    private func index(of id: UInt32) -> CircularBuffer<ServerCall>.Index? {
        var low = waiting.startIndex
        var high = waiting.endIndex
        while low < high {
            let middle = waiting.index(low, offsetBy: waiting.distance(from: low, to: high) / 2)
            if waiting[middle].id < id { low = waiting.index(after: middle) } else { high = middle }
        }
        return low < waiting.endIndex && waiting[low].id == id ? low : nil
    }
}

/// What waits on one event loop, of all its connections.
struct LoopLoad {
    private(set) var waiting = 0
    /// Of the part of a handler that runs before it first has to wait.
    private var averageNanoseconds: Int64 = 0

    /// How long a call that arrives now waits until it begins.
    var expectedWait: TimeAmount { .nanoseconds(averageNanoseconds * Int64(waiting)) }

    mutating func arrived() { waiting += 1 }

    mutating func left(_ count: Int = 1) { waiting -= count }

    mutating func ran(for time: TimeAmount) { averageNanoseconds += (time.nanoseconds - averageNanoseconds) / 16 }
}
