import NIOCore
import RPC

/// A closed loop: so many callers, each with one call after the other, on the event loop of one connection.
struct BenchRun: Sendable {
    /// Not counted: until buffers have their size and the processor its speed.
    static let warmUp = TimeAmount.milliseconds(300)

    let session: PeerSession
    let method: RPCMethodEntry
    let body: ByteBuffer
    let inFlight: Int
    let length: TimeAmount

    /// Ends early when its task is cancelled.
    func run() async -> BenchReport {
        let tally = BenchTally()
        let executor = EventLoopTaskExecutor(session.eventLoop)
        let begin = NIODeadline.now() + Self.warmUp
        let end = begin + length
        await withDiscardingTaskGroup { group in
            for _ in 0..<inFlight {
                group.addTask(executorPreference: executor) {
                    var start = NIODeadline.now()
                    var isCounted = false
                    // One call of each caller counts, even where all of them are slower than the run is long.
                    while start < end || !isCounted, !Task.isCancelled {
                        let fault = await fault()
                        let now = NIODeadline.now()
                        if start >= begin, !Task.isCancelled {
                            tally.add(now - start, fault)
                            isCounted = true
                        }
                        start = now
                    }
                }
            }
        }
        return BenchReport(self, tally.counts, elapsed: .now() - begin)
    }

    private func fault() async -> RPCFault? {
        do {
            _ = try await session.client.send(method, body: body, timeout: session.timeout)
            return nil
        } catch {
            return error as? RPCFault ?? .internal
        }
    }
}
